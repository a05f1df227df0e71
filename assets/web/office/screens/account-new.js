/** Entering an account for a member of a unit: the person, the login, the roles; then the first password, once. */
import { group } from '../../kit/composed.js';
import { line } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { keyOnce } from '../once.js';
import { givable, rolesPart } from '../people/roles.js';
import { personPart } from '../people/words.js';
import { sendingForm } from '../sending.js';

/** @type {import('../types.d.ts').Screen} */
export async function newAccountScreen(app, [, unitId]) {
  const unit = await api.unit(unitId);
  const back = `units/${unitId}`;
  const needed = t('form.needed');
  const part = group({
    person: personPart({ legend: t('people.person') }),
    login: line({ label: t('people.login'), hint: t('people.login_hint'), needed, fits: (text) => (/^[A-Za-z0-9._@-]{1,64}$/.test(text) ? '' : t('fault.login')), props: { spellcheck: 'false', autocapitalize: 'none' } }),
    roles: rolesPart(givable(app.member, unit), []),
  });
  const keyFor = keyOnce();
  const holder = el('div', { class: 'group' });
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('people.enter'),
    back,
    async send(body) {
      const made = await api.enterAccount(unitId, body, keyFor(JSON.stringify(body)));
      show(holder, given(made));
      /** @type {HTMLElement} */ (holder.querySelector('h2')).focus();
    },
  });
  show(holder, nodes);
  return { title: t('people.enter_in', { unit: pick(unit.names) }), back: `#${back}`, nodes: [holder] };
}

/** What the person is told, once. @param {import('../types.d.ts').Schemas['Account']} account */
const given = ({ id, name, login, first_password: password, proposals }) =>
  el('section', { class: 'panel', id: 'given' },
    el('h2', { tabindex: '-1' }, t('people.given', { name })),
    el('dl', { class: 'facts' }, rows([[t('enter.name'), login], ...(password ? [/** @type {[string, string]} */ ([t('people.first_password'), password])] : [])])),
    el('p', { class: 'notice' }, t(password ? 'people.first_hint' : 'people.has_password')),
    proposals?.length ? el('p', { class: 'notice' }, t('people.proposed')) : null,
    el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: `#accounts/${id}` }, t('people.open'))),
  );
