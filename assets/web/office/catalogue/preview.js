/** A card as the kind's template draws it, with invented values: what a unit looks at while it writes a kind. */
import { arranged, cardFace } from '../../kit/card-face.js';
import { pick, t, words } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { placed } from './template.js';

/**
 * @typedef {import('../types.d.ts').Field} Field
 * @typedef {import('../types.d.ts').Element} Element
 */

/**
 * @param {{ names?: import('../types.d.ts').Text, face?: { fields: Field[] }, template?: { elements: Element[] } | null }} kind
 */
export function cardPreview(kind) {
  const fields = kind.face?.fields ?? [];
  const elements = kind.template?.elements?.length ? kind.template.elements : arranged(placed(fields));
  const title = pick(kind.names) || t('preview.no_name');
  return el(
    'figure',
    { class: 'preview' },
    cardFace({
      title,
      elements,
      field: (key) => told(fields.find((field) => field.key === key)),
      seal: t('preview.seal'),
      label: t('preview.of', { what: title }),
    }),
    el('figcaption', { class: 'quiet' }, t(kind.template ? 'preview.template' : 'preview.no_template')),
  );
}

/** @param {Field | undefined} field */
const told = (field) => (field ? { label: pick(field.labels) || field.key, value: sample(field) } : null);

/** An invented value, masked as a card in a list is. @param {Field} field */
function sample({ type, choices = [], labels, max }) {
  switch (type) {
    case 'date':
      return words.day('20261129');
    case 'integer':
      return '12';
    case 'decimal':
      return '3.50';
    case 'uscc':
      return '91990100MA0000000X';
    case 'citizen_id':
      return '990101199001010010';
    case 'choice':
      return pick(choices[0]?.names) || t('preview.choice');
    default: {
      const invented = t('preview.value', { what: pick(labels) });
      return [...invented].slice(0, max ?? 200).join('');
    }
  }
}
