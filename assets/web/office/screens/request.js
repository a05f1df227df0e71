/** What a holder asks: put forward as the act it is, which another person confirms, or refused with a reason. */
import { rows } from '../../kit/rows.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { doAct, possibleActs } from '../issuing/acts.js';
import { statusBadge } from '../issuing/words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['LicenceRequest']} Request
 * @typedef {import('../types.d.ts').Schemas['IssuedLicence']} Licence
 * @typedef {import('../issuing/acts.js').Possible} Possible
 */

/** @type {import('../types.d.ts').Screen} */
export async function requestScreen(app, [, id]) {
  const request = await api.request(id);
  const licence = await api.licence(request.licence);
  const [kind, possible] = await Promise.all([api.entry('kinds', licence.kind, licence.kind_version ?? undefined), possibleActs(app, licence)]);
  const open = request.state === 'open';
  const asked = open ? possible.find(({ act }) => act === request.act) : undefined;
  return {
    title: t('act.of', { act: pick(request.act_label), what: pick(kind.names) }),
    back: '#requests',
    nodes: [
      el('p', { class: 'state-line' }, el('span', { class: 'badge', id: 'state' }, pick(request.state_label)), el('span', { class: 'quiet' }, moment(request.at, false))),
      open && request.others_missing > 0 ? el('p', { class: 'notice', id: 'missing' }, t('request.missing', { n: request.others_missing })) : null,
      open ? acts(app, request, licence, asked) : null,
      el('section', { class: 'panel' }, el('h2', {}, t('request.asked')), el('dl', { class: 'facts', id: 'asked' }, rows(factsOf(request)))),
      el('section', { class: 'panel' }, el('h2', {}, t('request.licence')),
        el('p', { class: 'state-line' }, el('a', { href: `#licences/${licence.id}` }, licence.identifier ?? pick(kind.names)), statusBadge(licence.status, pick(licence.status_label))),
        el('dl', { class: 'facts' }, rows([[t('draft.holder'), [licence.holder, ...licence.co_holders].map(({ name, id_number: number }) => `${name} · ${number}`).join(t('office.and'))]])),
      ),
    ],
    shortcuts: open ? [{ keys: 'r', what: t('request.refuse'), run: () => refuse(app, request) }, ...(asked && !asked.proposal ? [{ keys: 'a', what: t('issued.propose', { act: asked.name }), run: () => doAct(app, licence, asked) }] : [])] : [],
  };
}

/**
 * What may be done: what is asked for is proposed, or waits for another person already.
 *
 * @param {App} app
 * @param {Request} request
 * @param {Licence} licence
 * @param {Possible | undefined} asked
 */
function acts(app, request, licence, asked) {
  const goOn = !asked
    ? el('p', { class: 'notice', id: 'not-possible' }, t('request.not_possible', { act: pick(request.act_label) }))
    : asked.proposal
      ? el('a', { class: 'button primary', id: 'waits', href: '#proposals' }, t('issued.waits', { act: asked.name }))
      : el('button', { type: 'button', class: 'button primary', id: 'grant', onclick: () => doAct(app, licence, asked) }, t('issued.propose', { act: asked.name }));
  return el('div', { class: 'buttons', id: 'acts' }, goOn, el('button', { type: 'button', class: 'button', id: 'refuse', onclick: () => refuse(app, request) }, t('request.refuse')));
}

/** @param {App} app @param {Request} request */
async function refuse(app, request) {
  const name = t('request.refuse');
  const done = await askAct(
    { act: name, what: pick(request.act_label), effect: t('request.refuse_effect'), reason: 'needed' },
    (reason) => api.refuseRequest(request.id, reason ?? ''),
  );
  if (done) app.again(t('request.refused'));
}

/** @param {Request} request @returns {[string, string][]} */
function factsOf({ act_label: act, reason, at, answered_at: answered, answer }) {
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('request.asked'), pick(act)],
    [t('act.reason'), reason],
    [t('request.at'), moment(at, false)],
    [t('request.answered'), answered ? moment(answered, false) : null],
    [t('request.answer'), answer],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}
