/** What one person has put forward and another is to confirm: those that wait, and those that are decided. */
import { choice } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { day, moment, pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { keyOnce } from '../once.js';
import { proposalName } from '../proposals.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Proposal']} Proposal
 */

const STATES = /** @type {const} */ (['open', 'confirmed', 'refused', 'lapsed']);

/** @type {import('../types.d.ts').Screen} */
export async function proposalsScreen(app) {
  const proposals = await api.proposals();
  const state = choice({ label: t('entries.state'), value: 'open', none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`proposalstate.${one}`) })) });
  const found = el('div', { class: 'group', id: 'found' });
  const draw = () => {
    const wanted = state.value();
    const fitting = proposals.filter((one) => wanted === null || one.state === wanted);
    show(found, fitting.length === 0 ? el('p', { class: 'panel' }, t('proposal.none')) : fitting.map((one) => panel(app, one)));
  };
  state.control.addEventListener('input', draw);
  draw();
  return { title: t('section.proposals'), nodes: [el('p', { class: 'quiet' }, t('proposal.what')), el('div', { class: 'tools' }, state.node), found] };
}

/** @param {App} app @param {Proposal} proposal */
function panel(app, proposal) {
  const own = proposal.proposer.account === app.member.account.id;
  const open = proposal.state === 'open';
  return el(
    'section',
    { class: 'panel proposal' },
    el('h2', {}, proposalName(proposal)),
    el('p', { class: 'state-line' }, el('span', { class: 'badge' }, pick(proposal.state_label)), open ? t('proposal.lapses', { time: moment(proposal.lapses_at, false) }) : proposal.lapsed_by ? pick(proposal.lapsed_by) : null),
    el('dl', { class: 'facts' }, rows(linesOf(proposal))),
    !open ? null : proposal.confirmable || own ? el('div', { class: 'buttons' }, proposal.confirmable ? decide('confirm') : null, decide('refuse')) : el('p', { class: 'notice' }, t('proposal.not_you')),
    open && own ? el('p', { class: 'hint' }, t('proposal.own')) : null,
  );

  /** @param {'confirm' | 'refuse'} act */
  function decide(act) {
    const name = t(own && act === 'refuse' ? 'proposal.take_back' : `decision.${act}`);
    return el('button', { type: 'button', class: act === 'confirm' ? 'button primary' : 'button', onclick: () => decided(app, proposal, act, name) }, name);
  }
}

/** @param {Proposal} proposal @returns {[string, string][]} */
function linesOf({ object, asked, proposer, proposed_at: at, decided_by: by, decided_at: decidedAt, reason }) {
  const told = /** @type {Record<string, any>} */ (asked);
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('proposal.object'), object],
    [t('proposal.role'), told.role ? t(told.is_given ? 'proposal.given' : 'proposal.taken', { role: t(`role.${told.role}`) }) : null],
    [t('people.last_day'), told.role && told.until ? day(String(told.until)) : null],
    [t('act.reason'), told.reason],
    [t('act.legal_basis'), told.legal_basis],
    [t('act.effective_at'), typeof told.effective_at === 'number' ? moment(told.effective_at, false) : null],
    [t('act.physical'), told.physical?.number ?? told.physical],
    [t('proposal.by'), `${proposer.name ?? proposer.account} · ${moment(at, false)}`],
    [t('proposal.decided'), by && decidedAt ? `${by.name ?? by.account} · ${moment(decidedAt, false)}` : null],
    [t('proposal.why'), reason],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, String(value)])] : []));
}

/** @param {App} app @param {Proposal} proposal @param {'confirm' | 'refuse'} act @param {string} name */
async function decided(app, proposal, act, name) {
  const keyFor = keyOnce();
  const confirms = act === 'confirm';
  const done = await askAct(
    { act: name, what: proposalName(proposal), effect: t(confirms ? 'proposal.confirm_effect' : 'proposal.refuse_effect'), grave: confirms, reason: confirms ? 'optional' : 'needed' },
    (reason) => api.decideProposal(proposal.id, act, reason, keyFor(`${act} ${reason}`)),
  );
  if (done) app.again(t('proposal.done', { act: name }));
}
