/** Words for entries of the catalogue: their sorts, states, members. */
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sign } from '../../shared/shapes.js';

/**
 * @typedef {import('../types.d.ts').EntryState} EntryState
 * @typedef {import('../types.d.ts').App} App
 */

/** @type {Record<EntryState, [import('../../shared/shapes.js').Outline, import('../../shared/shapes.js').Mark]>} */
const SIGNS = {
  draft: ['square', 'dash'],
  submitted: ['circle', 'again'],
  published: ['circle', 'tick'],
  disabled: ['octagon', 'cross'],
};

/** A state in a word and a sign. @param {EntryState} state */
export const stateBadge = (state) => el('span', { class: `badge state-${state}` }, sign(...SIGNS[state]), t(`state.${state}`));

/** What an entry is called; a using list is its unit's. @param {App} app @param {{ names?: import('../types.d.ts').Text, unit: string }} entry */
export const nameOf = (app, { names, unit }) => (names ? pick(names) : t('usinglist.of', { unit: unitName(app, unit) }));

/** The name of a unit, or its code where the catalogue does not name it. @param {App} app @param {string} code */
export const unitName = (app, code) => pick(app.units.get(code)) || code;

/**
 * A JSON pointer of an entry in words: `/face/fields/2/labels/en` is 「照面信息 › 字段 3 › 名称 › 英文」. What has no word of ours
 * is named as it is.
 *
 * @param {string} pointer
 */
export function memberWords(pointer) {
  const parts = pointer.split('/').slice(1);
  if (parts.length === 0) return t('member.whole');
  return parts.map((part) => (/^\d+$/.test(part) ? t('member.nth', { n: Number(part) + 1 }) : wordOf(part))).join(' › ');
}

/** @param {string} member */
function wordOf(member) {
  const key = `member.${member === 'zh-CN' ? 'zh' : member}`;
  const word = t(key);
  return word === key ? member : word;
}
