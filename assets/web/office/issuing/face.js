/** The face of a licence as its kind asks for it: one control a field, checked as it is typed. */
import { group } from '../../kit/composed.js';
import { choice, line } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { citizenFault, usccFault } from '../people/numbers.js';
import { picturePart, pictureOf } from './picture.js';
import { dayPart } from './words.js';

/**
 * @typedef {import('../types.d.ts').Field} Field
 * @typedef {import('../types.d.ts').Kind} Kind
 */

/** Where pictures of a face are seen: the draft or licence, and what its face says. @typedef {{ of: string, face: Record<string, unknown> }} Pictures */

/**
 * The parts for all fields; what is empty is not sent, since a face has no empty values.
 *
 * @param {Kind} kind
 * @param {Record<string, string>} values
 * @param {() => { name: string | null, number: string | null }} holder whose name and number two of the fields repeat
 * @param {Pictures | null} pictures those of the draft or licence whose face this is or begins with
 */
export function faceParts(kind, values, holder, pictures) {
  const { fields, holder_name: named, holder_number: numbered } = kind.face;
  const parts = Object.fromEntries(fields.map((field) => [field.key, fieldPart(field, values[field.key], pictures)]));
  const part = group(parts, { legend: t('draft.face'), hint: t('draft.face_hint') });

  /** The holder's name and number stand on the licence as they stand with the holder. */
  function follow() {
    const { name, number } = holder();
    for (const [key, text] of [[named, name], [numbered, number]]) {
      const control = key ? /** @type {any} */ (parts[key])?.control : null;
      if (!control) continue;
      control.value = text ?? '';
      control.readOnly = true;
    }
  }

  follow();
  return {
    ...part,
    follow,
    value: () => Object.fromEntries(Object.entries(parts).map(([key, one]) => [key, one.value()]).filter(([, text]) => text !== null && text !== '')),
    place: (/** @type {string[]} */ path) => part.place(path),
  };
}

/** @param {Field} field @param {string | undefined} value @param {Pictures | null} pictures @returns {import('../../kit/parts.js').Part<any>} */
function fieldPart(field, value, pictures) {
  const label = field.required ? t('draft.required', { what: pick(field.labels) }) : pick(field.labels);
  const needed = field.required ? t('form.needed') : undefined;
  const most = field.max ?? undefined;
  const fits = (/** @type {string} */ text) => (most && [...text].length > most ? t('fault.too_long', { n: most }) : typeFault(field, text));
  // One that was sent and not saved yet is not the one that is seen there.
  const isSeen = pictures?.face[field.key] === value;
  if (field.type === 'image') return picturePart({ label, value, needed, src: pictures && isSeen ? pictureOf(pictures.of, field.key) : null });
  if (field.type === 'date') return dayPart({ label, value, needed });
  if (field.type === 'choice') {
    return choice({ label, value, none: t('form.choose'), needed, options: (field.choices ?? []).map(({ code, names }) => ({ value: code, label: pick(names) })) });
  }
  const numeric = field.type === 'integer' || field.type === 'decimal';
  return line({ label, hint: most ? t('draft.at_most', { n: most }) : undefined, value, needed, fits, props: { inputmode: numeric ? 'decimal' : null, spellcheck: 'false' } });
}

/** @param {Field} field @param {string} text */
function typeFault({ type }, text) {
  switch (type) {
    case 'uscc':
      return usccFault(text);
    case 'citizen_id':
      return citizenFault(text);
    case 'integer':
      return /^-?\d{1,18}$/.test(text) ? '' : t('fault.whole_number');
    case 'decimal':
      return /^-?\d{1,18}(\.\d{1,6})?$/.test(text) ? '' : t('fault.number');
    default:
      return '';
  }
}
