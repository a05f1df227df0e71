/** Restoring an account at the counter: what was looked at, by the first person and then by the second, who is told the password. */
import { group } from '../../kit/composed.js';
import { area, choice, line } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { moment, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { personPart } from '../people/words.js';
import { sendingForm } from '../sending.js';

const EVIDENCE = /** @type {const} */ (['id_card_read', 'photo_compared']);

/** `recoveries/new/<login>`: the second person goes on. @type {import('../types.d.ts').Screen} */
export function newRecoveryScreen(app, [, , login]) {
  const part = group({
    login: line({ label: t('enter.name'), hint: t('recovery.login_hint'), value: login, needed: t('form.needed'), props: { maxlength: 64, spellcheck: 'false', autocapitalize: 'none' } }),
    person: personPart({ legend: t('recovery.person'), hint: t('recovery.person_hint') }),
    evidence: group({ type: choice({ label: t('recovery.evidence'), options: EVIDENCE.map((one) => ({ value: one, label: t(`evidence.${one}`) })) }) }),
    reason: area({ label: t('act.reason'), needed: t('form.needed'), props: { maxlength: 500 } }),
  });
  const holder = el('div', { class: 'group' });
  const { nodes } = sendingForm({
    app,
    part,
    agree: t(login ? 'recovery.second' : 'recovery.begin'),
    back: 'recoveries',
    async send({ login: account, ...body }) {
      const recovery = await api.recover(account, body);
      show(holder, outcome(recovery));
      /** @type {HTMLElement} */ (holder.querySelector('h2')).focus();
    },
  });
  show(holder, el('p', { class: 'quiet' }, t('recovery.how')), el('section', { class: 'panel form' }, nodes));
  return { title: t(login ? 'recovery.second' : 'recovery.begin'), back: '#recoveries', nodes: holder };
}

/** After the first person: who goes on. After the second: the password, once, and from when it counts. @param {import('../types.d.ts').Schemas['Recovery']} recovery */
function outcome({ effective_at: effective, first_password: password }) {
  const confirmed = effective !== null && effective !== undefined;
  return el(
    'section',
    { class: 'panel', id: 'outcome' },
    el('h2', { tabindex: '-1' }, t(confirmed ? 'recovery.now_confirmed' : 'recovery.now_asked')),
    confirmed
      ? [
          el('dl', { class: 'facts' }, rows([...(password ? [/** @type {[string, string]} */ ([t('people.first_password'), password])] : []), [t('recovery.effective'), moment(effective, false)]])),
          el('p', { class: 'notice' }, t('recovery.password_hint')),
          el('p', {}, t('recovery.may_object')),
        ]
      : el('p', { class: 'notice' }, t('recovery.go_on')),
    el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '#recoveries' }, t('section.recoveries'))),
  );
}
