/** Words for what keeps the lists from being fresh, and for a device whose clock is wrong. */
import { ListsError, Unanswered } from './trust.js';
import { hasTexts } from './words.js';

/**
 * Seconds a clock may be off without a word: verdicts bear it (core/README.md, "Order, limits, time"), and answers may have
 * been a while on their way.
 */
const CLOCK_OFF = 600;

/** What a wrong clock makes of good codes, beside all that stays undetermined. */
const BY_CLOCK = new Set(['E_TOKEN_EXPIRED', 'E_TOKEN_EARLY', 'E_GRANT_EXPIRED', 'E_PROOF_TIME', 'E_LICENCE_EXPIRED', 'E_LICENCE_NOT_YET']);

/**
 * @typedef {import('./trust.js').TrustStore} TrustStore
 * @typedef {import('./words.js').Words} Words
 */

/** What is wrong with this device's clock, by the server's; empty if nothing is known to be. @param {TrustStore | null} trust @param {Words} words */
export function clockTrouble(trust, words) {
  const aheadBy = trust?.aheadBy ?? 0;
  if (Math.abs(aheadBy) <= CLOCK_OFF) return '';
  return words.t(aheadBy > 0 ? 'verify.clock_ahead' : 'verify.clock_behind', { span: words.span(Math.abs(aheadBy)) });
}

/**
 * What to do about a verdict that a wrong clock may have made; empty if core's own hint stands.
 *
 * @param {import('/assets/wasm/verifier.js').Verdict} verdict
 * @param {TrustStore | null} trust
 * @param {Words} words
 */
export function clockHint({ verdict, code }, trust, words) {
  return verdict === 'undetermined' || BY_CLOCK.has(code) ? clockTrouble(trust, words) : '';
}

/**
 * Why a sync failed. A wrong clock makes good lists look expired or early, so it is told instead.
 *
 * @param {unknown} error
 * @param {TrustStore | null} trust
 * @param {Words} words
 */
export function syncTrouble(error, trust, words) {
  const clock = clockTrouble(trust, words);
  if (clock !== '') return clock;
  if (error instanceof ListsError) return listsTrouble(error, words);
  if (error instanceof Unanswered) return words.t('verify.server_status', { status: error.status });
  return hasTexts(error) ? `${words.pick(error.texts)} ${words.pick(error.hint)}` : words.t('verify.offline');
}

/** @param {ListsError} error @param {Words} words */
function listsTrouble({ failures, asked }, words) {
  const isNetwork = (/** @type {unknown} */ error) => !hasTexts(error) && !(error instanceof Unanswered);
  if (failures.length === asked && failures.every(({ error }) => isNetwork(error))) return words.t('verify.offline');
  return failures.map(({ uri, error }) => words.t('verify.list_failed', { uri, why: whyOf(error, words) })).join('');
}

/** @param {unknown} error @param {Words} words */
function whyOf(error, words) {
  if (hasTexts(error)) return words.pick(error.texts);
  return error instanceof Unanswered ? words.t('verify.list_status', { status: error.status }) : words.t('verify.list_mute');
}
