/** A card as its kind's template draws it: elements of a closed set on a card of 856 × 540 units. */
import { svg } from '../shared/dom.js';

/**
 * @typedef {import('../page/api-types.d.ts').components['schemas']['Element']} Element
 * @typedef {{ key: string, isPicture: boolean }} Placed a field as far as its place on the card goes
 *
 * @typedef {object} Drawing
 * @property {string} title
 * @property {readonly Element[]} elements
 * @property {(key: string) => { label: string, value: string, picture?: string | null } | null} field null for one it has not
 * @property {string} seal the word in the seal
 * @property {string} label what a reader hears of it
 */

/** ISO/IEC 7810 ID-1 in tenths of a millimetre. */
export const CARD = { width: 856, height: 540 };

/** @param {Drawing} drawing */
export function cardFace({ title, elements, field, seal, label }) {
  return svg(
    'svg',
    { viewBox: `0 0 ${CARD.width} ${CARD.height}`, class: 'preview-card', role: 'img', 'aria-label': label },
    svg('rect', { width: CARD.width, height: CARD.height, rx: 30, class: 'preview-ground' }),
    elements.map((element) => drawn(element, { title, field, seal })),
  );
}

/** @param {Element} element @param {Pick<Drawing, 'title' | 'field' | 'seal'>} face */
function drawn({ draw, key, x, y, width, height }, { title, field, seal }) {
  const box = { x: at(x), y: at(y), width: at(width), height: at(height) };
  if (draw === 'title') return text(title, box, 'preview-title', 'middle');
  if (draw === 'line') return svg('rect', { ...box, class: 'preview-line' });
  if (draw === 'seal') return stamp(box, seal);
  const told = key ? field(key) : null;
  if (!told) return svg('rect', { ...box, class: 'preview-hole' });
  if (draw === 'image') return told.picture ? svg('image', { ...box, href: told.picture }) : empty(box, told.label);
  return draw === 'label' ? text(told.label, box, 'preview-label') : text(told.value, box, 'preview-value');
}

/** A number that may still be missing while it is typed. @param {number | null} n */
const at = (n) => n ?? 0;

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** Where a picture belongs. @param {Box} box @param {string} label */
const empty = (box, label) =>
  svg('g', {}, svg('rect', { ...box, class: 'preview-image' }), text(label, { ...box, y: box.y + box.height / 2 - 10, height: 20 }, 'preview-label', 'middle'));

/**
 * Letters as high as the box; a text wider than the box is pressed into it, so that nothing hides another.
 *
 * @param {string} words
 * @param {Box} box
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

/** @param {Box} box @param {string} word */
function stamp({ x, y, width, height }, word) {
  const [cx, cy, r] = [x + width / 2, y + height / 2, Math.max(0, Math.min(width, height) / 2 - 3)];
  return svg('g', { class: 'preview-seal' }, svg('circle', { cx, cy, r }), svg('text', { x: cx, y: cy + r / 6, 'font-size': r / 2.5, 'text-anchor': 'middle' }, word));
}

/**
 * A card with all fields in their order: what a kind without a template of its own looks like, and where to begin one.
 *
 * @param {readonly Placed[]} fields
 * @returns {Element[]}
 */
export function arranged(fields) {
  const pictures = fields.filter(({ isPicture }) => isPicture);
  const texts = fields.filter(({ isPicture }) => !isPicture);
  /** @type {Element[]} */
  const elements = [
    { draw: 'title', x: 40, y: 28, width: 776, height: 44 },
    { draw: 'line', x: 40, y: 84, width: 776, height: 2 },
  ];
  const right = pictures.length > 0 ? 616 : 816;
  const columns = texts.length > 8 ? 2 : 1;
  const rows = Math.max(1, Math.ceil(texts.length / columns));
  const step = Math.min(52, Math.floor(400 / rows));
  const letters = Math.max(8, Math.min(24, step - 8));
  const wide = Math.floor((right - 40) / columns);
  const label = columns === 1 ? 180 : 130;
  texts.forEach(({ key }, at) => {
    const x = 40 + wide * Math.floor(at / rows);
    const y = 104 + step * (at % rows);
    elements.push({ draw: 'label', key, x, y, width: label, height: letters });
    elements.push({ draw: 'value', key, x: x + label + 10, y, width: wide - label - 20, height: letters });
  });
  pictures.slice(0, 2).forEach(({ key }, at) => elements.push({ draw: 'image', key, x: 646, y: 104 + at * 200, width: 140, height: 180 }));
  elements.push({ draw: 'seal', x: 676, y: 380, width: 140, height: 140 });
  return elements;
}
