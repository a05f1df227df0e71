/**
 * How a verdict looks: outline, mark and colour (`tone`), and which headline it carries.
 *
 * Every code that is not named here falls to the harshest group of its class, so a code added to core can look too
 * severe but never green. What it says of a person is drawn only with `person`: the licence is good, or the fault is the
 * licence's own; else its kind and unit are enough. With `withhold` nothing of it is drawn, even what an operator did sign:
 * beside a phone's wrong proof it is somebody else's licence.
 */

/**
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 * @typedef {'valid' | 'conditional' | 'invalid' | 'suspended' | 'unknown' | 'info' | 'neutral'} Tone
 * @typedef {object} Appearance
 * @property {import('./shapes.js').Outline} outline
 * @property {import('./shapes.js').Mark} mark
 * @property {Tone} tone
 * @property {boolean} [person]
 * @property {boolean} [withhold]
 */

/** @satisfies {Record<string, Appearance>} */
const GROUPS = {
  valid: { outline: 'circle', mark: 'tick', tone: 'valid', person: true },
  conditional: { outline: 'triangle', mark: 'bang', tone: 'conditional', person: true },
  dates: { outline: 'octagon', mark: 'cross', tone: 'invalid', person: true },
  final: { outline: 'octagon', mark: 'cross', tone: 'invalid', person: true },
  suspended: { outline: 'square', mark: 'pause', tone: 'suspended', person: true },
  forged: { outline: 'octagon', mark: 'cross', tone: 'invalid', withhold: true },
  unknown_issuer: { outline: 'octagon', mark: 'cross', tone: 'invalid' },
  stale_trust: { outline: 'diamond', mark: 'question', tone: 'unknown' },
  refresh: { outline: 'circle', mark: 'again', tone: 'info' },
  replay: { outline: 'octagon', mark: 'cross', tone: 'invalid' },
  wrong_scene: { outline: 'circle', mark: 'barred', tone: 'info' },
  unknown_status: { outline: 'diamond', mark: 'question', tone: 'unknown' },
  clock: { outline: 'diamond', mark: 'question', tone: 'unknown' },
  not_a_code: { outline: 'square', mark: 'dash', tone: 'neutral' },
};

/** How a verdict looks whose code says no more than its class, as one on a file. @satisfies {Record<string, Appearance>} */
export const PLAIN = { valid: GROUPS.valid, invalid: GROUPS.final, undetermined: GROUPS.unknown_status };

/** @type {Record<string, keyof typeof GROUPS>} */
const GROUP_OF = {
  E_LICENCE_EXPIRED: 'dates',
  E_LICENCE_NOT_YET: 'dates',
  E_STATUS_INVALID: 'final',
  E_STATUS_SUPERSEDED: 'final',
  E_STATUS_SUSPENDED: 'suspended',
  E_KID_UNKNOWN: 'unknown_issuer',
  E_TOKEN_EARLY: 'refresh',
  E_TOKEN_EXPIRED: 'refresh',
  E_GRANT_EXPIRED: 'refresh',
  E_PROOF_TIME: 'refresh',
  E_REPLAY: 'replay',
  E_AUDIENCE: 'wrong_scene',
  E_SCENE: 'wrong_scene',
  E_NONCE: 'wrong_scene',
  E_PROOF_MISSING: 'wrong_scene',
  U_TRUST_MISSING: 'stale_trust',
  U_TRUST_STALE: 'stale_trust',
  U_CATALOGUE_STALE: 'stale_trust',
  U_STATUS_MISSING: 'unknown_status',
  U_STATUS_STALE: 'unknown_status',
  U_CLOCK: 'clock',
};

/** What something looks like that never was a licence code. With `EL1:` in it the same codes mean damage, but for E_FORMAT. */
const SHAPELESS = new Set(['E_SIZE', 'E_FORMAT', 'E_QR', 'E_SEGMENTS', 'E_B64', 'E_UTF8']);

/** Cautions about the licence; the others are about this way of checking it and do not change its colour. */
const ABOUT_LICENCE = new Set(['C_NOTICE', 'C_REPORTED_LOST', 'C_INSPECTION_OVERDUE']);

/**
 * Outline, mark, tone (and perhaps `person` or `withhold`) for a verdict on `input`.
 *
 * @param {Verdict} verdict
 * @param {string} input
 * @returns {Appearance}
 */
export function appearance(verdict, input) {
  return GROUPS[groupOf(verdict, input)];
}

/**
 * @param {Verdict} verdict
 * @param {string} input
 */
function groupOf(verdict, input) {
  if (verdict.verdict === 'valid') {
    // Green needs both the answer and eleven checks of which none failed: a defect must not look like success.
    const sound = verdict.code === 'OK' && verdict.checks.length === 11 && verdict.checks.every((c) => c.result !== 'fail');
    if (!sound) return 'clock';
    return verdict.cautions.some(({ code }) => ABOUT_LICENCE.has(code)) ? 'conditional' : 'valid';
  }
  if (verdict.verdict === 'undetermined') return GROUP_OF[verdict.code] ?? 'unknown_status';
  if (SHAPELESS.has(verdict.code) && (verdict.code === 'E_FORMAT' || !input.includes('EL1:'))) return 'not_a_code';
  return GROUP_OF[verdict.code] ?? 'forged';
}
