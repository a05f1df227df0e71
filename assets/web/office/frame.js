/** What stands around every screen of the office: whose it is, its sections, language and colours, the way out. */
import { choice } from '../kit/parts.js';
import { otherLanguage, pick, t } from '../page/i18n.js';
import { setTheme, theme, THEMES } from '../page/theme.js';
import { el, show } from '../shared/dom.js';
import { sectionsFor } from './sections.js';
import { showHelp } from './shortcuts.js';

/** @typedef {import('./types.d.ts').App} App */

/**
 * The heading, with the way back. Without `app` nobody is logged in.
 *
 * @param {string} title
 * @param {string | null} [back]
 * @param {App | null} [app]
 */
export function drawHeader(title, back = null, app = null) {
  document.title = `${title} · ${t('office.name')}`;
  const other = otherLanguage();
  show(
    part('header'),
    el('div', { class: 'bar' },
      el('a', { href: '#home', class: 'brand' }, t('office.name')),
      app ? el('span', { class: 'bar-unit' }, pick(app.member.unit.names)) : null,
      el('span', { class: 'bar-end' },
        el('a', { href: other.href, lang: other.lang, hreflang: other.lang, class: 'language' }, other.name),
        app ? account(app) : null,
      ),
    ),
    el('div', { class: 'heading' },
      back === null ? null : el('a', { href: back, class: 'back', 'aria-label': t('back') }, '‹'),
      el('h1', { tabindex: '-1' }, title),
    ),
  );
}

/** Who is logged in, behind their name: colours, keys, the way out. @param {App} app */
function account(app) {
  const { account: own, roles } = app.member;
  const colours = choice({
    label: t('office.theme'),
    value: theme(),
    options: THEMES.map((one) => ({ value: one, label: t(`theme.${one}`) })),
    props: { id: 'theme' },
  });
  colours.control.addEventListener('change', () => setTheme(/** @type {import('../page/theme.js').Theme} */ (colours.control.value)));
  return el('details', { class: 'account' },
    el('summary', {}, own.name),
    el('div', { class: 'account-menu' },
      el('p', {}, own.login),
      el('p', { class: 'quiet' }, roles.map((role) => t(`role.${role}`)).join(t('office.and'))),
      colours.node,
      el('button', { type: 'button', class: 'button', onclick: showHelp }, t('keys.title')),
      el('a', { class: 'button', href: '/wallet#account' }, t('office.account')),
      el('button', { type: 'button', class: 'button', id: 'logout', onclick: () => app.logout() }, t('office.logout')),
    ),
  );
}

/** The sections for this person; `path` is the one that is on screen. @param {App | null} app @param {string} path */
export function drawNav(app, path) {
  const nav = part('nav');
  nav.hidden = app === null;
  if (app === null) {
    show(nav);
    return;
  }
  const links = sectionsFor(app.member.roles).map((section) =>
    el('li', {}, el('a', { href: `#${section.path}`, 'aria-current': section.path === path ? 'page' : null }, t(`section.${section.path}`))),
  );
  nav.setAttribute('aria-label', t('office.sections'));
  // Open on a wide screen by its styles; on a narrow one the sections fold away.
  const fold = el('button', { type: 'button', class: 'fold', 'aria-expanded': 'false', 'aria-controls': 'sections' }, t('office.sections'));
  const holder = el('ul', { id: 'sections' }, links);
  fold.addEventListener('click', () => {
    const open = fold.getAttribute('aria-expanded') !== 'true';
    fold.setAttribute('aria-expanded', String(open));
    holder.classList.toggle('open', open);
  });
  show(nav, fold, holder);
}

/** @param {string} id */
function part(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the document has no #${id}`);
  return node;
}
