/** Two versions of a licence beside each other, what has changed marked by a word, a sign and a colour. */
import { table } from '../../kit/table.js';
import { day, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { pictureOf } from './picture.js';

/**
 * @typedef {import('../types.d.ts').Schemas['IssuedLicence']} Licence
 * @typedef {import('../types.d.ts').Kind} Kind
 */

/**
 * @param {Kind} kind
 * @param {Licence} now
 * @param {Licence | null} before null for the first version
 * @param {string} [beside] what the other side is called, if it is not the version before
 * @param {Kind} [kindBefore] the kind as it was for the other side
 */
export function compared(kind, now, before, beside = t('review.before'), kindBefore = kind) {
  // What only the other side had is what has changed most.
  const gone = kindBefore.face.fields.filter(({ key }) => !kind.face.fields.some((field) => field.key === key));
  const fields = [...kind.face.fields, ...(before ? gone : [])];
  const pictures = fields.filter(({ type }) => type === 'image').map((field) => ({
    label: pick(field.labels),
    now: pictureIn(now, field),
    was: before ? pictureIn(before, field) : null,
    changed: before !== null && faceOf(now)[field.key] !== faceOf(before)[field.key],
  }));
  const was = before ? linesOf(fields, before) : [];
  const lines = linesOf(fields, now).map(([label, value], at) => {
    const changed = before !== null && was[at][1] !== value;
    return {
      label,
      now: changed ? el('ins', { class: 'changed' }, value) : value,
      was: before === null ? null : changed ? el('del', { class: 'changed' }, was[at][1]) : was[at][1],
      changed,
    };
  });
  return table({
    caption: t('review.content'),
    id: 'content',
    head: before ? [t('review.item'), beside, t('review.now')] : [t('review.item'), t('review.now')],
    rows: [...pictures, ...lines].map((line) => [
      line.label,
      ...(before ? [line.was] : []),
      line.changed ? [line.now, ' ', el('span', { class: 'badge' }, t('review.changed'))] : line.now,
    ]),
  });
}

/** @param {import('../types.d.ts').Field[]} fields @param {Licence} licence @returns {[string, string][]} */
function linesOf(fields, licence) {
  const holders = [licence.holder, ...licence.co_holders];
  return [
    [t('draft.holder'), holders.map(({ name, id_number: number }) => `${name} · ${number}`).join(t('office.and'))],
    ...fields.filter(({ type }) => type !== 'image').map((field) => /** @type {[string, string]} */ ([pick(field.labels), shown(field, faceOf(licence)[field.key])])),
    [t('draft.valid_from'), licence.valid_from ? day(licence.valid_from) : '—'],
    [t('draft.valid_to'), day(licence.valid_to ?? null)],
    [t('draft.physical'), licence.physical?.number ?? '—'],
  ];
}

/** @param {Licence} licence */
const faceOf = ({ face }) => /** @type {Record<string, string>} */ (face);

/** The picture in a field, as the checker sees it. @param {Licence} licence @param {import('../types.d.ts').Field} field */
function pictureIn(licence, { key, labels }) {
  return faceOf(licence)[key] ? el('img', { class: 'picture', src: pictureOf(licence.id, key), alt: pick(labels) }) : '—';
}

/** A value as people read it. @param {import('../types.d.ts').Field} field @param {string | undefined} value */
export function shown({ type, choices }, value) {
  if (!value) return '—';
  if (type === 'image') return t('draft.picture_there');
  if (type === 'date') return day(value);
  return type === 'choice' ? pick(choices?.find(({ code }) => code === value)?.names) || value : value;
}
