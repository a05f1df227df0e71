/** One case, what may be done with it, and its licences. */
import { choice, line } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { fillingPanel } from '../filling.js';
import { opensCases } from '../sections.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Case']} Case
 * @typedef {'conclude' | 'close_without' | 'consent'} CaseAct
 */

/** @type {import('../types.d.ts').Screen} */
export async function caseScreen(app, [, id]) {
  const found = await api.caseOf(id);
  const open = found.state === 'open';
  /** @type {CaseAct[]} */
  const acts = opensCases(app.member) && open ? [...(found.type === 'using' ? [/** @type {CaseAct} */ ('consent')] : []), 'conclude', 'close_without'] : [];
  return {
    title: t('case.of', { number: found.number }),
    back: '#cases',
    nodes: [
      el('p', { class: 'state-line' }, el('span', { class: 'badge' }, pick(found.state_label)), found.overdue ? el('strong', { class: 'fault' }, t('case.overdue')) : null),
      el('div', { class: 'buttons', id: 'acts' },
        open && found.type === 'issuing' && app.member.roles.includes('issuer_maker') ? el('a', { class: 'button primary', href: '#draft/new' }, t('draft.new')) : null,
        open && found.type === 'using' && app.member.roles.includes('handler') ? el('a', { class: 'button primary', id: 'ask-holder', href: `#cases/${found.id}/ask` }, t('counter.ask')) : null,
        open && app.member.roles.includes('issuer_maker') ? el('a', { class: 'button', id: 'look-up', href: `#cases/${found.id}/look-up` }, t('lookup.title')) : null,
        acts.map((act) => el('button', { type: 'button', class: act === 'close_without' ? 'button grave' : 'button', id: `act-${act}`, onclick: () => doAct(app, found, act) }, t(`caseact.${act}`))),
      ),
      el('section', { class: 'panel' }, el('dl', { class: 'facts' }, rows(factsOf(found)))),
      open && found.type === 'using' && app.member.roles.includes('handler') ? fillingPanel(app, found) : null,
      found.type === 'using' ? null : el('section', { class: 'panel' }, el('h2', {}, t('case.licences')),
        found.licences.length === 0 ? el('p', { class: 'hint' }, t('case.no_licences')) : el('ul', { class: 'todo' }, found.licences.map(({ id: licence, status }) => el('li', {}, el('a', { href: `#licences/${licence}` }, licence), el('span', { class: 'badge' }, t(`licencestate.${status}`)))))),
    ],
  };
}

/** @param {Case} found @returns {[string, string][]} */
function factsOf(found) {
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('case.id'), found.id],
    [t('member.type'), t(`mattertype.${found.type}`)],
    [t('case.matter'), found.matter],
    [t('draft.mode'), found.mode ? t(`casemode.${found.mode}`) : null],
    [t('draft.holder'), `${found.holder.name} · ${found.holder.id_number}`],
    [t('issued.created'), moment(found.created_at, false)],
    [t('case.concluded'), found.concluded_at ? moment(found.concluded_at, false) : null],
    [t('case.due'), found.due_at ? `${moment(found.due_at, false)}${found.provisional ? t('case.provisional') : ''}` : null],
    [t('act.reason'), found.reason],
    [t('case.consents'), found.consents.map(({ wording_version: wording, given_at: at, withdrawn_at: back }) => `${wording} · ${moment(at, false)}${back ? ` · ${t('case.withdrawn', { time: moment(back, false) })}` : ''}`).join(t('office.and'))],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}

/** @param {App} app @param {Case} found @param {CaseAct} act */
async function doAct(app, found, act) {
  const needed = t('form.needed');
  const name = t(`caseact.${act}`);
  const consent = act === 'consent'
    ? { wording_version: line({ label: t('case.wording'), needed }), means: choice({ label: t('case.means'), options: ['counter', 'online'].map((one) => ({ value: one, label: t(`means.${one}`) })), value: 'counter' }), evidence: line({ label: t('case.evidence'), hint: t('case.evidence_hint'), needed }) }
    : {};
  const closes = act === 'close_without';
  const done = await askAct(
    { act: name, what: found.number, effect: t(`caseeffect.${act}`), grave: closes, reason: closes ? 'needed' : 'none', parts: Object.values(consent) },
    (reason) => api.actOnCase(found.id, { act, ...(reason === null ? {} : { reason }), ...Object.fromEntries(Object.entries(consent).map(([key, part]) => [key, part.value()])) }, found.version),
  );
  if (done) app.again(t('act.done', { act: name, state: pick(done.state_label) }));
}
