/** A licence in words and signs, the same on every screen. */
import { day, pick, t } from '../page/i18n.js';
import { el } from '../shared/dom.js';
import { sign } from '../shared/shapes.js';

/** @typedef {import('./types.d.ts').Card} Card */

/** States that may pass again; every other one that cannot be shown has ended. */
const PAUSED = new Set(['ON_HOLD', 'SEIZED', 'DISABLED', 'REPORTED_LOST']);

/** The state in a word and a sign. What cannot be shown never looks good, whatever its status says. @param {Card} card */
export function badge(card) {
  if (!card.showable) {
    const word = card.status === 'ACTIVE' ? t('card.not_showable') : stateOf(card);
    const drawn = PAUSED.has(card.status) ? sign('square', 'pause') : sign('octagon', 'cross');
    return el('span', { class: 'badge badge-off' }, drawn, word);
  }
  const minding = card.cautions.length > 0;
  const drawn = minding ? sign('triangle', 'bang') : sign('circle', 'tick');
  return el('span', { class: minding ? 'badge badge-minding' : 'badge badge-good' }, drawn, stateOf(card));
}

/** The state in the register's own word. @param {Card} card */
export const stateOf = (card) => pick(card.status_label);

/** The licence's own validity, which is neither the code's life nor the show's. @param {Card} card */
export function validity(card) {
  return card.valid_to ? t('card.valid_to', { day: day(card.valid_to) }) : t('card.long_term');
}

/**
 * What a verifier sees in `scene`: labels and values.
 *
 * @param {import('./types.d.ts').Scene} scene
 * @returns {[string, string][]}
 */
export const seenIn = (scene) => scene.fields.map(({ key, label, value }) => [pick(label) || key, value]);

/** Whose card it is, where it is another's: of one whom one acts for, or who has delegated it. @param {import('./types.d.ts').Card} card */
export const whose = ({ footing: { kind, name } }) => t(kind === 'delegate' ? 'delegate.acting' : 'list.acting', { name: name ?? '' });

/** Whether somebody has delegated it to the owner of this wallet, who has nothing of it but its scenes. @param {Card} card */
export const isDelegated = ({ footing }) => footing?.kind === 'delegate';

/** Whether it is the holder's own; else of one whom he acts for. Cards kept before there were others are own ones. @param {import('./types.d.ts').Card} card */
export const isOwn = ({ footing }) => !footing || footing.kind === 'own';

/** How it came to stand so, in the unit's words, and what can be done. Cards kept on a phone do without. @param {Card} card */
export function explanation({ explained }) {
  if (!explained) return null;
  return [
    explained.because ? el('p', {}, t('record.because', { reason: explained.because })) : null,
    explained.legal_basis ? el('p', { class: 'quiet' }, t('record.basis', { basis: explained.legal_basis })) : null,
    explained.until ? el('p', {}, t('record.until', { day: day(explained.until) })) : null,
    el('p', {}, pick(explained.next_step)),
  ];
}
