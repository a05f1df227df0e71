/** `/exempt-materials`: in which matters which papers need not be handed in, for everybody, by words. */
import { say } from '../kit/notice.js';
import { call } from '../page/client.js';
import { heading, main } from '../page/frame.js';
import { pick, t } from '../page/i18n.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';

/** @typedef {import('../page/api-types.d.ts').components['schemas']['ExemptMatter']} ExemptMatter */

const words = el('input', { type: 'search', id: 'q', name: 'q', maxlength: 100, autocomplete: 'off', value: new URLSearchParams(location.search).get('q') ?? '' });
const notice = el('p', { class: 'notice problem', role: 'alert', hidden: true });
const count = el('p', { class: 'quiet', role: 'status', id: 'count' });
const found = el('ul', { class: 'found', id: 'found' });
const more = el('button', { type: 'button', class: 'button secondary', id: 'more', hidden: true, onclick: () => read(false) }, t('exempt.more'));

/** Where the next page begins. */
let cursor = '';
/** What the page on show was asked with. */
let asked = '';
let shown = 0;

const { begin } = turns();

heading(t('exempt.title'), '/');
show(
  main(),
  el('p', {}, t('exempt.lead')),
  el(
    'form',
    { class: 'panel search', role: 'search', onsubmit: submitted },
    el('label', { for: 'q' }, t('exempt.search')),
    words,
    el('button', { type: 'submit', class: 'button primary' }, t('exempt.find')),
  ),
  notice,
  count,
  found,
  more,
);
await read(true);
document.documentElement.dataset.ready = 'online';

/** @param {SubmitEvent} event */
function submitted(event) {
  event.preventDefault();
  const url = new URL(location.href);
  if (words.value.trim() === '') url.searchParams.delete('q');
  else url.searchParams.set('q', words.value.trim());
  history.replaceState(null, '', url);
  read(true);
}

/** Reads on until a page has something, since a page of a search may be empty. @param {boolean} anew */
async function read(anew) {
  const late = begin();
  if (anew) {
    asked = words.value.trim();
    cursor = '';
    shown = 0;
    more.hidden = true;
    count.textContent = '';
    show(found);
  }
  say(notice, '');
  try {
    /** @type {ExemptMatter[]} */
    let items = [];
    let next = cursor;
    do {
      const query = new URLSearchParams({ limit: '50', q: asked, cursor: next });
      const page = await call('GET', `/exempt-materials?${query}`);
      if (late()) return;
      items = [...items, ...page.items];
      next = page.next ?? '';
    } while (next !== '' && items.length === 0);
    shown += items.length;
    cursor = next;
    found.append(...items.map(card));
    more.hidden = next === '';
    count.textContent = shown === 0 ? t('exempt.none') : t(next === '' ? 'exempt.count' : 'exempt.count_more', { n: shown });
  } catch (error) {
    if (!late()) say(notice, wordsFor(error));
  }
}

/** @param {ExemptMatter} matter */
function card({ unit_names: unit, names, materials }) {
  return el(
    'li',
    { class: 'panel' },
    el('h2', {}, pick(names)),
    el('p', { class: 'quiet' }, pick(unit)),
    el('p', {}, t('exempt.instead')),
    el(
      'ul',
      { class: 'materials' },
      materials.map((material) =>
        el(
          'li',
          {},
          el('strong', {}, pick(material.names)),
          el('br', {}),
          t('exempt.fields', { fields: material.fields.map((label) => pick(label)).join(t('exempt.and')) }),
          el('br', {}),
          t(`exempt.${material.footing}`),
        ),
      ),
    ),
  );
}
