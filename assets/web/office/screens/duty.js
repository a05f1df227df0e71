/** One duty application: what it is for, and what may be done with it. */
import { rows } from '../../kit/rows.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['DutyApplication']} Duty
 * @typedef {import('../types.d.ts').Schemas['DutyAct']} DutyAct
 */

/** What must be said why. @type {readonly DutyAct[]} */
const WITH_REASON = ['refuse', 'end'];

/** @type {import('../types.d.ts').Screen} */
export async function dutyScreen(app, [, id]) {
  const duty = await api.duty(id);
  return {
    title: t('duty.of', { kind: pick(duty.kind_names), unit: pick(duty.unit_names) }),
    back: '#duties',
    nodes: [
      el('p', { class: 'state-line' }, el('span', { class: 'badge', id: 'state' }, pick(duty.state_label))),
      el('div', { class: 'buttons', id: 'acts' }, duty.acts.map((act) => el('button', { type: 'button', class: act === 'grant' ? 'button primary' : act === 'end' ? 'button grave' : 'button', id: `act-${act}`, onclick: () => doAct(app, duty, act) }, t(`dutyact.${act}`)))),
      el('section', { class: 'panel' }, el('dl', { class: 'facts' }, rows(factsOf(duty)))),
    ],
  };
}

/** @param {App} app @param {Duty} duty @param {DutyAct} act */
async function doAct(app, duty, act) {
  const name = t(`dutyact.${act}`);
  const done = await askAct(
    { act: name, what: pick(duty.kind_names), effect: t(`dutyeffect.${act}`), grave: act === 'end', reason: WITH_REASON.includes(act) ? 'needed' : 'optional' },
    (reason) => api.actOnDuty(duty.id, act, reason),
  );
  if (done) app.again(t('act.done', { act: name, state: pick(done.state_label) }));
}

/** @param {Duty} duty @returns {[string, string][]} */
function factsOf(duty) {
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('duty.unit'), pick(duty.unit_names)],
    [t('duty.issuer'), pick(duty.issuer_names)],
    [t('scene.kind'), pick(duty.kind_names)],
    [t('duty.purpose'), duty.purpose],
    [t('duty.need'), duty.need],
    [t('duty.at'), moment(duty.at, false)],
    [t('duty.decided'), duty.decided_at ? moment(duty.decided_at, false) : null],
    [t('duty.ended'), duty.ended_at ? moment(duty.ended_at, false) : null],
    [t('act.reason'), duty.reason],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}
