/** Draws one verdict: sign, headline, what to do, the licence if it may be shown, and all eleven checks. */
import { el } from './dom.js';
import { appearance } from './headlines.js';
import { sign } from './shapes.js';

/**
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 * @typedef {import('./words.js').Words} Words
 */

const MARK = { pass: '✓', fail: '✕', not_checked: '—', note: '!' };

/**
 * The frame of a verdict: its sign, headline, what to do and when it was made; then `body`. Its heading can take the focus.
 *
 * @param {{ code: string, verdict: string, checked_at: number }} verdict
 * @param {import('./headlines.js').Appearance} look
 * @param {{ title: string, line: string }} said
 * @param {import('./dom.js').Children} body
 * @param {Words} words
 */
export function verdictFrame({ code, verdict, checked_at: at }, { outline, mark, tone }, { title, line }, body, words) {
  const urgent = tone === 'invalid' || tone === 'suspended';
  return el(
    'article',
    { class: `verdict tone-${tone}`, 'data-code': code, 'data-verdict': verdict, 'data-tone': tone },
    el(
      'div',
      { class: 'verdict-head', role: urgent ? 'alert' : 'status' },
      sign(outline, mark),
      el('div', {}, el('h2', { tabindex: '-1', class: 'verdict-title' }, title), el('p', {}, line)),
      el('time', { class: 'verdict-time' }, words.clockTime(at)),
    ),
    el('div', { class: 'verdict-body' }, body),
  );
}

/**
 * One check: `seen` is what is drawn of it, which is its result but for what is to be noticed.
 *
 * @param {{ name: string, label: string, result: string, seen?: keyof typeof MARK, detail: string }} check
 * @param {Words} words
 */
export const checkLine = ({ name, label, result, seen = /** @type {keyof typeof MARK} */ (result), detail }, words) =>
  el(
    'li',
    { class: `check check-${seen}`, 'data-check': name, 'data-result': result },
    el('span', { class: 'check-mark', 'aria-hidden': 'true' }, MARK[seen]),
    el('span', { class: 'check-name' }, label),
    el('span', { class: 'check-result' }, words.t(`result.${seen}`)),
    detail ? el('span', { class: 'check-detail' }, detail) : null,
  );

/**
 * The card for `verdict` on `input`, with the verdict's JSON at its end if `raw`, and `hint` in place of core's if it is
 * known better what to do; what is noted of it stands before the checks. Its heading can take the focus.
 *
 * @param {Verdict} verdict
 * @param {string} input
 * @param {Words} words
 * @param {{ raw?: boolean, hint?: string, notes?: HTMLElement | null }} [options]
 */
export function verdictCard(verdict, input, words, { raw = false, hint = '', notes = null } = {}) {
  const look = appearance(verdict, input);
  const { person = false, withhold = false } = look;
  const title = look.tone === 'conditional' ? words.t('verify.conditional') : words.pick(verdict.message);
  const body = [
    cautions(verdict, words),
    withhold ? null : scenes(verdict, words),
    withhold ? licence({ licence: null, scene: null }, false, words) : licence(verdict, person, words),
    notes,
    checks(verdict, words),
    el('p', { class: 'quiet' }, words.t('verify.code', { code: verdict.code })),
    raw && !withhold ? asJson(verdict, words) : null,
  ];
  return verdictFrame(verdict, look, { title, line: subline(verdict, hint, words) }, body, words);
}

/**
 * What to do; for a licence out of date, its date first, since that is what the inspector is asked about.
 *
 * @param {Verdict} verdict
 * @param {string} hint
 * @param {Words} words
 */
function subline(verdict, hint, words) {
  const { licence: shown, token } = verdict;
  const facts = [];
  if (verdict.code === 'E_LICENCE_EXPIRED' && shown) {
    facts.push(words.t('verify.expired_on', { day: words.day(shown.valid_to) }));
  }
  if (verdict.code === 'E_LICENCE_NOT_YET' && shown) {
    facts.push(words.t('verify.starts_on', { day: words.day(shown.valid_from) }));
  }
  if (verdict.code === 'E_TOKEN_EXPIRED' && token) {
    facts.push(words.t('verify.late_by', { span: words.span(verdict.checked_at - token.exp) }));
  }
  return [...facts, hint || words.pick(verdict.hint)].join(' ');
}

/**
 * As core gives them, the gravest first.
 *
 * @param {Verdict} verdict
 * @param {Words} words
 */
function cautions(verdict, words) {
  if (verdict.cautions.length === 0) return null;
  return el(
    'ul',
    { class: 'cautions', 'aria-label': words.t('verify.cautions') },
    verdict.cautions.map((caution) => el('li', { 'data-code': caution.code }, words.pick(caution.message))),
  );
}

/**
 * Where the code is for another scene: for which it was made, and beside it where it was shown.
 *
 * @param {Verdict} verdict
 * @param {Words} words
 */
function scenes({ scene }, words) {
  if (!scene?.asked) return null;
  const named = (/** @type {import('/assets/wasm/verifier.js').Named} */ { names, code }) => words.pick(names) || code;
  return el(
    'dl',
    { class: 'scenes' },
    el('div', {}, el('dt', {}, words.t('verify.made_for')), el('dd', { class: 'made-for' }, named(scene))),
    el('div', {}, el('dt', {}, words.t('verify.here')), el('dd', { class: 'here' }, named(scene.asked))),
  );
}

/**
 * The licence; without `person` only of which kind it is and from whom.
 *
 * @param {Pick<Verdict, 'licence' | 'scene'>} verdict
 * @param {boolean} person
 * @param {Words} words
 */
function licence({ licence: shown, scene }, person, words) {
  if (!shown) return el('p', { class: 'no-licence' }, words.t('verify.no_licence'));
  const unit = [words.t('licence.unit'), words.pick(shown.unit.names) || shown.unit.code];
  const rows = person ? [...shown.fields.map(({ key, label, value }) => [words.pick(label) || key, value]), unit] : [unit];
  if (person) rows.push(...ofHolder(shown, words));
  if (scene && !scene.asked) rows.push([words.t('licence.scene'), words.pick(scene.names) || scene.code]);
  return el(
    'section',
    { class: 'licence' },
    el('h3', {}, words.pick(shown.kind.names) || shown.kind.code),
    el('dl', {}, rows.map(([label, value]) => [el('dt', {}, label), el('dd', {}, value)])),
  );
}

/**
 * What is one holder's alone.
 *
 * @param {import('/assets/wasm/verifier.js').Licence} shown
 * @param {Words} words
 */
function ofHolder(shown, words) {
  const validity = shown.valid_to
    ? words.t('verify.valid_between', { from: words.day(shown.valid_from), to: words.day(shown.valid_to) })
    : words.t('verify.valid_from', { from: words.day(shown.valid_from) });
  const rows = [
    [words.t('licence.identifier'), shown.identifier],
    [words.t('licence.validity'), validity],
  ];
  if (shown.delegate) rows.push([words.t('licence.delegate'), shown.delegate.name]);
  return rows;
}

/**
 * @param {Verdict} verdict
 * @param {Words} words
 */
function checks(verdict, words) {
  return el(
    'section',
    { class: 'checks' },
    el('h3', {}, words.t('verify.checks')),
    el('ul', {}, verdict.checks.map((check) => checkRow(check, verdict, words))),
  );
}

/**
 * @param {import('/assets/wasm/verifier.js').Check} check
 * @param {Verdict} verdict
 * @param {Words} words
 */
function checkRow(check, { status }, words) {
  // It was checked, and there is a notice: no tick stands before that.
  const seen = check.name === 'notices' && check.result === 'pass' && check.detail ? 'note' : check.result;
  const asOf = check.name === 'status' && status ? words.t('verify.list_of', { time: words.moment(status.as_of) }) : '';
  const detail = [words.pick(check.detail), asOf].filter(Boolean).join(' · ');
  return checkLine({ name: check.name, label: words.t(`check.${check.name}`), result: check.result, seen, detail }, words);
}

/**
 * @param {Verdict} verdict
 * @param {Words} words
 */
function asJson(verdict, words) {
  return el(
    'details',
    { class: 'raw' },
    el('summary', {}, words.t('verify.raw')),
    // Focusable, because it scrolls: without a mouse it could not be read.
    el('pre', { tabindex: '0', 'aria-label': words.t('verify.raw') }, JSON.stringify(verdict, null, 2)),
  );
}
