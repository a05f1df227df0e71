/** What may be done with an entry by whom, what it does, and doing it. */
import { pick, t } from '../../page/i18n.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { isManager, writesEntries } from '../sections.js';
import { nameOf } from './words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').EntryAct} EntryAct
 * @typedef {import('../types.d.ts').EntryState} EntryState
 */

/** The acts that the state allows, by who does them. @type {Record<EntryState, [EntryAct, 'owner' | 'manager'][]>} */
const ACTS = {
  draft: [['submit', 'owner']],
  submitted: [['publish', 'manager'], ['return', 'manager'], ['return', 'owner']],
  published: [['disable', 'owner'], ['disable', 'manager']],
  disabled: [],
};

/** Acts that say why. */
const WITH_REASON = ['return', 'disable'];

/** The acts that this member may do now. The server decides; this only leaves out what it would refuse. @param {App} app @param {{ unit: string, state: EntryState }} entry */
export function actsFor({ member }, { unit, state }) {
  const owns = member.unit.id === unit && writesEntries(member);
  const found = ACTS[state].filter(([, by]) => (by === 'owner' ? owns : isManager(member))).map(([act]) => act);
  return [...new Set(found)];
}

/** What an act is called: an owner takes back what the manager gives back. @param {App} app @param {EntryAct} act */
export const actName = ({ member }, act) => t(act === 'return' && !isManager(member) ? 'act.take_back' : `act.${act}`);

/**
 * Asks, and does it.
 *
 * @param {App} app
 * @param {import('../types.d.ts').Sort} sort
 * @param {any} entry
 * @param {EntryAct} act
 */
export async function doAct(app, sort, entry, act) {
  const done = await askAct(
    {
      act: actName(app, act),
      what: nameOf(app, entry),
      effect: t(act === 'return' && !isManager(app.member) ? 'effect.take_back' : `effect.${act}`),
      grave: act === 'disable',
      reason: WITH_REASON.includes(act) ? 'needed' : 'none',
    },
    (reason) => api.actOnEntry(sort, entry.code, act, reason, entry.etag),
  );
  if (done) app.again([t('act.done', { act: actName(app, act), state: t(`state.${done.state}`) }), pick(done.warning)].filter(Boolean).join(' '));
}
