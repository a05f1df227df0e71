/** A card as the kind's template draws it, with invented values: what a unit looks at while it writes a kind. */
import { pick, t, words } from '../../page/i18n.js';
import { el, svg } from '../../shared/dom.js';
import { arranged, CARD } from './template.js';

/**
 * @typedef {import('../types.d.ts').Field} Field
 * @typedef {import('../types.d.ts').Element} Element
 */

/**
 * @param {{ names?: import('../types.d.ts').Text, face?: { fields: Field[] }, template?: { elements: Element[] } | null }} kind
 */
export function cardPreview(kind) {
  const fields = kind.face?.fields ?? [];
  const elements = kind.template?.elements?.length ? kind.template.elements : arranged(fields);
  const title = pick(kind.names) || t('preview.no_name');
  return el(
    'figure',
    { class: 'preview' },
    svg(
      'svg',
      { viewBox: `0 0 ${CARD.width} ${CARD.height}`, class: 'preview-card', role: 'img', 'aria-label': t('preview.of', { what: title }) },
      svg('rect', { width: CARD.width, height: CARD.height, rx: 30, class: 'preview-ground' }),
      elements.map((element) => drawn(element, title, fields)),
    ),
    el('figcaption', { class: 'quiet' }, t(kind.template ? 'preview.template' : 'preview.no_template')),
  );
}

/** @param {Element} element @param {string} title @param {readonly Field[]} fields */
function drawn({ draw, key, x, y, width, height }, title, fields) {
  const box = { x: at(x), y: at(y), width: at(width), height: at(height) };
  const field = fields.find((one) => one.key === key);
  if (draw === 'title') return text(title, box, 'preview-title', 'middle');
  if (draw === 'line') return svg('rect', { ...box, class: 'preview-line' });
  if (draw === 'seal') return seal(box);
  if (!field) return svg('rect', { ...box, class: 'preview-hole' });
  if (draw === 'image') return svg('g', {}, svg('rect', { ...box, class: 'preview-image' }), text(pick(field.labels), { ...box, y: box.y + box.height / 2 - 10, height: 20 }, 'preview-label', 'middle'));
  return draw === 'label' ? text(pick(field.labels) || field.key, box, 'preview-label') : text(sample(field), box, 'preview-value');
}

/** A number that may still be missing while it is typed. @param {number | null} n */
const at = (n) => n ?? 0;

/**
 * Letters as high as the box; a text wider than the box is pressed into it, so that nothing hides another.
 *
 * @param {string} words
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @param {string} name
 * @param {'start' | 'middle'} [anchor]
 */
function text(words, { x, y, width, height }, name, anchor = 'start') {
  const wide = [...words].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 1 : 0.6), 0) * height;
  return svg(
    'text',
    {
      x: anchor === 'middle' ? x + width / 2 : x,
      y: y + height * 0.85,
      'font-size': height,
      'text-anchor': anchor,
      textLength: wide > width && width > 0 ? width : null,
      lengthAdjust: wide > width ? 'spacingAndGlyphs' : null,
      class: name,
    },
    words,
  );
}

/** @param {{ x: number, y: number, width: number, height: number }} box */
function seal({ x, y, width, height }) {
  const [cx, cy, r] = [x + width / 2, y + height / 2, Math.max(0, Math.min(width, height) / 2 - 3)];
  return svg('g', { class: 'preview-seal' }, svg('circle', { cx, cy, r }), svg('text', { x: cx, y: cy + r / 6, 'font-size': r / 2.5, 'text-anchor': 'middle' }, t('preview.seal')));
}

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
