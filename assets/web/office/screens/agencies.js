/** Who acts for a firm or a ward, as the unit's counter entered it: what waits for a second person, what is in force, what has ended. */
import { choice } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { day, moment, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sign } from '../../shared/shapes.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { pagedList } from '../paged.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['AgencyEntry']} Entry
 * @typedef {import('../types.d.ts').Schemas['EntryDecision']} Decision
 */

const STATES = /** @type {const} */ (['entered', 'approved', 'refused', 'ended']);

/** @type {import('../types.d.ts').Screen} */
export async function agenciesScreen(app) {
  const state = choice({ label: t('entries.state'), value: 'entered', none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`agencystate.${one}`) })) });
  const list = pagedList({ app, read: async () => ({ items: await api.agencies(state.value()) }), none: t('agency.none'), draw: (/** @type {Entry[]} */ entries) => entries.map((entry) => panel(app, entry)) });
  state.control.addEventListener('input', list.again);
  await list.first();
  const may = app.member.roles.includes('issuer_maker');
  return {
    title: t('section.agencies'),
    nodes: [el('p', { class: 'quiet' }, t('agency.what')), el('div', { class: 'tools' }, state.node, may ? el('a', { class: 'button primary', href: '#agencies/new', id: 'new' }, t('agency.enter')) : null), list.node],
    shortcuts: may ? [{ keys: 'n', what: t('agency.enter'), run: () => app.go('agencies/new') }] : [],
  };
}

/** @param {App} app @param {Entry} entry */
function panel(app, entry) {
  const may = app.member.roles.includes('issuer_checker');
  return el(
    'section',
    { class: 'panel', id: entry.id },
    el('h2', {}, nameOf(entry)),
    el('p', { class: 'state-line' }, badge(entry)),
    el('dl', { class: 'facts' }, rows(linesOf(entry))),
    may && decisions(entry).length > 0 ? el('div', { class: 'buttons' }, decisions(entry).map((act) => button(app, entry, act))) : null,
    entry.state === 'entered' && (!may || entry.own) ? el('p', { class: 'hint' }, t('agency.by_another')) : null,
  );
}

/** What is decided on it now, by who did not enter it. @param {Entry} entry @returns {Decision[]} */
function decisions({ state, own, in_force: inForce }) {
  if (state === 'entered') return own ? ['refuse'] : ['approve', 'refuse'];
  return inForce ? ['end'] : [];
}

/** @param {App} app @param {Entry} entry @param {Decision} act */
function button(app, entry, act) {
  const name = t(`agencyact.${act}`);
  const look = act === 'approve' ? 'button primary' : act === 'end' ? 'button grave' : 'button';
  return el('button', { type: 'button', class: look, 'aria-label': t('act.of', { act: name, what: nameOf(entry) }), onclick: () => decide(app, entry, act) }, name);
}

/** @param {App} app @param {Entry} entry @param {Decision} act */
async function decide(app, entry, act) {
  const name = t(`agencyact.${act}`);
  const effect = act === 'approve' ? t(`agencyeffect.approve_${entry.level === 'guardian' ? 'guardian' : 'representative'}`) : t(`agencyeffect.${act}`);
  const done = await askAct(
    { act: name, what: nameOf(entry), effect, grave: act === 'end', reason: act === 'approve' ? 'none' : 'needed' },
    (reason) => api.decideAgency(entry.id, act, reason),
  );
  if (done) app.again(t('act.done', { act: name, state: t(`agencystate.${done.state}`) }));
}

/** @param {Entry} entry */
const nameOf = ({ level, holder, agent }) => t('agency.of', { level: t(`agencylevel.${level}`), agent: agent.name, holder: holder.name });

/** In force, or where it stands; one that was approved may have ended since by itself. @param {Entry} entry */
function badge({ state, in_force: inForce }) {
  const over = state === 'approved' && !inForce;
  const drawn = inForce ? sign('circle', 'tick') : state === 'entered' ? sign('circle', 'again') : sign('octagon', 'cross');
  return el('span', { class: 'badge' }, drawn, over ? t('agency.over') : t(`agencystate.${state}`));
}

/** @param {Entry} entry @returns {[string, string][]} */
function linesOf({ holder, agent, evidence, until, entered_by: by, entered_at: at, decided_at: decided, ended_at: ended, reason }) {
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('agency.holder'), `${holder.name} · ${holder.id_number}`],
    [t('agency.agent'), `${agent.name} · ${agent.id_number}`],
    [t('agency.evidence'), evidence],
    [t('agency.until'), until ? day(until) : t('agency.no_end')],
    [t('agency.entered'), `${by} · ${moment(at, false)}`],
    [t('agency.decided'), decided ? moment(decided, false) : null],
    [t('agency.ended'), ended ? moment(ended, false) : null],
    [t('act.reason'), reason],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}
