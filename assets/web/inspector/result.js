/** What takes the place of the beginning: verdicts, what staff are told and note of them, and what to do next. */
import { say } from '../kit/notice.js';
import { pick, t, words } from '../page/i18n.js';
import { button } from '../shared/button.js';
import { el } from '../shared/dom.js';
import { clockHint } from '../shared/trouble.js';
import { verdictCard } from '../shared/verdict.js';
import { asked, outside, recorded } from './matters.js';

/**
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 * @typedef {import('./matters.js').InspectionMatter} InspectionMatter
 * @typedef {import('./receipts.js').Receipt} Receipt
 *
 * @typedef {object} Asking in what it was judged
 * @property {InspectionMatter | null} matter
 * @property {string | null} challenge
 * @property {Receipt | null} receipt null where nothing is kept of it
 *
 * @typedef {object} Switching to the scene that a code was made for
 * @property {string} scene what it is called
 * @property {boolean} leaves whether the inspection matter, which fixes another scene, is left with it
 * @property {() => unknown} act
 */

/**
 * The scene that all codes were made for which were refused for being shown in another; null if there is no such one, or
 * if it is not among those that can be chosen.
 *
 * @param {readonly Verdict[]} verdicts
 * @param {readonly { code: string, names: import('/assets/wasm/verifier.js').Text }[]} known
 */
export function madeFor(verdicts, known) {
  const elsewhere = verdicts.filter(({ code, scene }) => ['E_SCENE', 'E_AUDIENCE'].includes(code) && scene?.asked);
  const codes = new Set(elsewhere.map(({ scene }) => scene?.code));
  const scene = codes.size === 1 ? known.find(({ code }) => codes.has(code)) : undefined;
  return scene ? { code: scene.code, name: pick(scene.names) } : null;
}

/**
 * @param {readonly HTMLElement[]} cards
 * @param {{
 *   next: () => unknown,
 *   renew?: (() => unknown) | null,
 *   switching?: Switching | null,
 *   countdown: Node | null,
 *   camera: HTMLElement | null,
 * }} acts
 */
export const resultView = (cards, { next, renew = null, switching = null, countdown, camera }) => [
  ...cards,
  el(
    'div',
    { class: 'buttons after' },
    button(t('scan.next'), next, { primary: true, id: 'next' }),
    switching && button(t(switching.leaves ? 'inspector.switch_leaving' : 'inspector.switch', { scene: switching.scene }), switching.act, { id: 'switch' }),
    renew ? button(t('verify.update'), renew, { id: 'renew' }) : null,
    countdown,
  ),
  camera,
];

/**
 * One verdict; in it what the matter says of it, what is asked there, and what staff note.
 *
 * @param {{ code: string, verdict: Verdict }} judged
 * @param {import('../shared/trust.js').TrustStore | null} trust
 * @param {Asking} asking
 */
export function judgedCard({ code, verdict }, trust, { matter, challenge, receipt }) {
  const said = el('p', { class: 'notice noted', role: 'status', hidden: true });
  if (matter) {
    const other = outside(matter, verdict);
    say(said, other || t('inspector.recording'));
    if (!other) {
      const answered = recorded(matter, code, challenge);
      answered.then((told) => say(said, told.said));
      receipt?.awaits(answered.then(({ logged }) => logged));
    }
  }
  const hint = clockHint(verdict, trust, words);
  return verdictCard(verdict, code, words, { raw: true, hint, notes: notes(verdict, matter, receipt, said) });
}

/** The verdict that the server gave on a short code. @param {Verdict} verdict @param {InspectionMatter | null} matter @param {Receipt | null} receipt */
export const serverCard = (verdict, matter, receipt) => verdictCard(verdict, '', words, { raw: true, notes: notes(verdict, matter, receipt) });

/**
 * What staff are told and note; null if that is nothing.
 *
 * @param {Verdict} verdict
 * @param {InspectionMatter | null} matter
 * @param {Receipt | null} receipt
 * @param {HTMLElement | null} [said] what became of it in the matter
 */
function notes({ verdict }, matter, receipt, said = null) {
  if (!matter && !receipt) return null;
  return el('div', { class: 'notes' }, said, asked(matter), receipt && verdict === 'valid' ? compared(receipt) : null, receipt && doubt(receipt));
}

/** That they compared the person. @param {Receipt} receipt */
function compared(receipt) {
  /** @type {HTMLInputElement} */
  const input = el('input', { type: 'checkbox', class: 'compared', onchange: () => receipt.note({ compared: input.checked }) });
  return el('label', { class: 'ticked' }, input, t('inspector.compared'));
}

/** What they doubt. @param {Receipt} receipt */
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
