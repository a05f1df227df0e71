/** Parts that the forms of matters, kinds and scenes share. */
import { fixed, group } from '../../kit/composed.js';
import { choice, labelled, line, number } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { unitName } from './words.js';

/**
 * @template T
 * @typedef {import('../../kit/parts.js').Part<T>} Part
 */

/**
 * @typedef {object} Context what a form is made for
 * @property {import('../types.d.ts').App} app
 * @property {import('../types.d.ts').Choices} choices
 * @property {boolean} isNew codes of what is there already stay
 */

/** Names in both languages. @param {import('../types.d.ts').Text | undefined} value @param {string} [what] */
export const names = (value, what = t('member.names')) =>
  group({
    'zh-CN': line({ label: t('form.in_chinese', { what }), value: value?.['zh-CN'], needed: t('form.needed') }),
    en: line({ label: t('form.in_english', { what }), value: value?.en, needed: t('form.needed'), props: { lang: 'en' } }),
  });

/**
 * A code, which is given once.
 *
 * @param {Context} context
 * @param {{ label: string, hint: string, value: string | undefined, fits: (text: string) => string }} options
 */
export function code({ isNew }, { label, hint, value, fits }) {
  if (isNew) return line({ label, hint, value, needed: t('form.needed'), fits, props: { spellcheck: 'false', autocapitalize: 'none' } });
  return readOnly(label, value ?? '', t('form.code_stays'));
}

/** The unit that owns an entry: one's own. @param {Context} context @param {string | undefined} value */
export function owner({ app }, value) {
  const unit = value ?? app.member.unit.id;
  const shown = readOnly(t('member.unit'), t('form.with_code', { what: unitName(app, unit), code: unit }), '');
  return { ...shown, value: () => unit };
}

/** What is seen here and not changed. @param {string} label @param {string} value @param {string} hint @returns {Part<string>} */
export function readOnly(label, value, hint) {
  const control = el('input', { type: 'text', value, readonly: true });
  const { node, place } = labelled(control, { label, hint });
  return { ...fixed(value, node), place: () => place };
}

/** A whole number. @param {Omit<Parameters<typeof number>[0], 'wrong'>} options */
export const whole = (options) => number({ wrong: t('fault.whole_number'), ...options });

/** One word of a closed set; the words are the texts `{family}.{word}`. @param {{ label: string, hint?: string, words: readonly string[], word: (one: string) => string, value: string | undefined | null, none?: string }} options */
export const word = ({ label, hint, words, word: read, value, none }) =>
  choice({ label, hint, value: value ?? (none === undefined ? words[0] : null), none, options: words.map((one) => ({ value: one, label: read(one) })) });

/** @param {import('../types.d.ts').Kind} kind */
export const kindLabel = ({ code: own, names: both }) => t('form.with_code', { what: pick(both), code: own });

/** How values are masked, weakest first. */
export const MASKS = /** @type {const} */ (['none', 'name', 'tail4', 'id_number']);

/** Words of a list of items, all called `what`. @param {string} what @returns {import('../../kit/composed.js').ListWords} */
export const listWords = (what) => ({
  add: t('list.add', { what }),
  empty: t('list.empty', { what }),
  nth: (n) => t('list.nth', { what, n }),
  up: (n) => t('list.up', { what, n }),
  down: (n) => t('list.down', { what, n }),
  remove: (n) => t('list.remove', { what, n }),
  moved: (n) => t('list.moved', { n }),
});
