/** What takes the place of the beginning: verdicts, what to ask, what staff note of them, and what to do next. */
import { say } from '../kit/notice.js';
import { t, words } from '../page/i18n.js';
import { button } from '../shared/button.js';
import { el } from '../shared/dom.js';
import { clockHint } from '../shared/trouble.js';
import { verdictCard } from '../shared/verdict.js';
import { outside, recorded } from './matters.js';

/**
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 * @typedef {import('./matters.js').InspectionMatter} InspectionMatter
 * @typedef {import('./receipts.js').Receipt} Receipt
 *
 * @typedef {object} Asking in what it was judged
 * @property {InspectionMatter | null} matter
 * @property {string | null} challenge
 * @property {Receipt | null} receipt null where nothing is kept of it
 */

/**
 * @param {readonly HTMLElement[]} cards
 * @param {HTMLElement | null} ask
 * @param {{ next: () => unknown, renew?: (() => unknown) | null, countdown: Node | null, camera: HTMLElement | null }} acts
 */
export const resultView = (cards, ask, { next, renew = null, countdown, camera }) => [
  ...cards,
  ask,
  el(
    'div',
    { class: 'buttons after' },
    button(t('scan.next'), next, { primary: true, id: 'next' }),
    renew ? button(t('verify.update'), renew, { id: 'renew' }) : null,
    countdown,
  ),
  camera,
];

/**
 * One verdict; beside it what the matter says of it, and what staff note.
 *
 * @param {{ code: string, verdict: Verdict }} judged
 * @param {import('../shared/trust.js').TrustStore | null} trust
 * @param {Asking} asking
 */
export function judgedCard({ code, verdict }, trust, { matter, challenge, receipt }) {
  const card = verdictCard(verdict, code, words, { raw: true, hint: clockHint(verdict, trust, words) });
  const note = el('p', { class: 'notice noted', role: 'status', hidden: true });
  if (matter) {
    const other = outside(matter, verdict);
    say(note, other || t('inspector.recording'));
    if (!other) {
      const answered = recorded(matter, code, challenge);
      answered.then(({ said }) => say(note, said));
      receipt?.awaits(answered.then(({ logged }) => logged));
    }
  }
  return el('div', { class: 'judged' }, card, note, receipt ? notes(receipt, verdict) : null);
}

/** The verdict that the server gave on a short code. @param {Verdict} verdict @param {Receipt | null} receipt */
export function serverCard(verdict, receipt) {
  const card = verdictCard(verdict, '', words, { raw: true });
  return el('div', { class: 'judged' }, card, receipt ? notes(receipt, verdict) : null);
}

/** What staff note of it: that they compared the person, and what they doubt. @param {Receipt} receipt @param {Verdict} verdict */
function notes(receipt, { verdict }) {
  /** @type {HTMLInputElement} */
  const compared = el('input', { type: 'checkbox', class: 'compared', onchange: () => receipt.note({ compared: compared.checked }) });
  return el(
    'div',
    { class: 'panel notes' },
    verdict === 'valid' ? el('label', { class: 'ticked' }, compared, t('inspector.compared')) : null,
    doubt(receipt),
  );
}

/** @param {Receipt} receipt */
function doubt(receipt) {
  const text = el('textarea', { class: 'doubt', rows: '3', maxlength: '500', autocomplete: 'off', 'aria-required': 'true' });
  const said = el('p', { class: 'quiet', role: 'status' });
  const form = el(
    'form',
    {
      class: 'drawer',
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const words = text.value.trim();
        if (words === '') {
          said.textContent = t('inspector.doubt_empty');
          text.focus();
          return;
        }
        await receipt.note({ doubt: words });
        said.textContent = t('inspector.doubt_kept');
      },
    },
    el('label', {}, t('inspector.doubt_what'), text),
    el('button', { class: 'button', type: 'submit' }, t('inspector.doubt_report')),
    said,
  );
  return el('details', { class: 'doubts' }, el('summary', {}, t('inspector.doubt')), form);
}
