/** Draws one verdict: sign, headline, what to do, the licence if it may be shown, and all eleven checks. */
import { el } from '../js/dom.js';
import { clockTime, day, moment, pick, span, t } from '../js/i18n.js';
import { sign } from '../js/shapes.js';
import { appearance } from './headlines.js';

const MARK = { pass: '✓', fail: '✕', not_checked: '—' };

/** The card for `verdict` on `input`. Its heading can take the focus. */
export function verdictCard(verdict, input) {
  const { outline, mark, tone, withhold = false } = appearance(verdict, input);
  const urgent = tone === 'invalid' || tone === 'suspended';
  return el(
    'article',
    { class: `verdict tone-${tone}`, 'data-code': verdict.code, 'data-verdict': verdict.verdict, 'data-tone': tone },
    el(
      'div',
      { class: 'verdict-head', role: urgent ? 'alert' : 'status' },
      sign(outline, mark),
      el(
        'div',
        {},
        el('h2', { tabindex: '-1', class: 'verdict-title' }, headline(verdict, tone)),
        el('p', {}, subline(verdict)),
      ),
      el('time', { class: 'verdict-time' }, clockTime(verdict.checked_at)),
    ),
    el(
      'div',
      { class: 'verdict-body' },
      cautions(verdict),
      licence(withhold ? { licence: null } : verdict),
      checks(verdict),
      el('p', { class: 'quiet' }, t('verify.code', { code: verdict.code })),
      withhold ? null : raw(verdict),
    ),
  );
}

function headline(verdict, tone) {
  if (tone === 'conditional') return t('verify.conditional');
  if (tone === 'neutral') return t('verify.not_a_code');
  return pick(verdict.message);
}

/** What to do; for a licence out of date, its date first, since that is what the inspector is asked about. */
function subline(verdict) {
  const { licence: shown, token } = verdict;
  const facts = [];
  if (verdict.code === 'E_LICENCE_EXPIRED' && shown) facts.push(t('verify.expired_on', { day: day(shown.valid_to) }));
  if (verdict.code === 'E_LICENCE_NOT_YET' && shown) facts.push(t('verify.starts_on', { day: day(shown.valid_from) }));
  if (verdict.code === 'E_TOKEN_EXPIRED' && token) {
    facts.push(t('verify.late_by', { span: span(verdict.checked_at - token.exp) }));
  }
  return [...facts, pick(verdict.hint)].join(' ');
}

function cautions(verdict) {
  if (verdict.cautions.length === 0) return null;
  return el(
    'ul',
    { class: 'cautions', 'aria-label': t('verify.cautions') },
    verdict.cautions.map((caution) => el('li', { 'data-code': caution.code }, pick(caution.message))),
  );
}

function licence({ licence: shown, scene }) {
  if (!shown) return el('p', { class: 'no-licence' }, t('verify.no_licence'));
  const rows = shown.fields.map(({ key, label, value }) => [pick(label) || key, value]);
  const validity = shown.valid_to
    ? t('verify.valid_between', { from: day(shown.valid_from), to: day(shown.valid_to) })
    : t('verify.valid_from', { from: day(shown.valid_from) });
  rows.push(
    [t('licence.unit'), pick(shown.unit.names) || shown.unit.code],
    [t('licence.identifier'), shown.identifier],
    [t('licence.validity'), validity],
  );
  if (shown.delegate) rows.push([t('licence.delegate'), shown.delegate.name]);
  if (scene) rows.push([t('licence.scene'), pick(scene.names) || scene.code]);
  return el(
    'section',
    { class: 'licence' },
    el('h3', {}, pick(shown.kind.names) || shown.kind.code),
    el('dl', {}, rows.map(([label, value]) => [el('dt', {}, label), el('dd', {}, value)])),
  );
}

function checks(verdict) {
  return el(
    'section',
    { class: 'checks' },
    el('h3', {}, t('verify.checks')),
    el('ul', {}, verdict.checks.map((check) => checkRow(check, verdict))),
  );
}

function checkRow(check, { status }) {
  const name = t(`check.${check.name}`);
  const asOf = check.name === 'status' && status ? t('verify.list_of', { time: moment(status.as_of) }) : '';
  const detail = [pick(check.detail), asOf].filter(Boolean).join(' · ');
  return el(
    'li',
    { class: `check check-${check.result}`, 'data-check': check.name, 'data-result': check.result },
    el('span', { class: 'check-mark', 'aria-hidden': 'true' }, MARK[check.result]),
    el('span', { class: 'check-name' }, name),
    el('span', { class: 'check-result' }, t(`result.${check.result}`)),
    detail ? el('span', { class: 'check-detail' }, detail) : null,
  );
}

function raw(verdict) {
  return el(
    'details',
    { class: 'raw' },
    el('summary', {}, t('verify.raw')),
    // Focusable, because it scrolls: without a mouse it could not be read.
    el('pre', { tabindex: '0', 'aria-label': t('verify.raw') }, JSON.stringify(verdict, null, 2)),
  );
}
