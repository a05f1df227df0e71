/** How a card is drawn: elements of a closed set on a card of 856 × 540 units. */
import { group, list, maybe } from '../../kit/composed.js';
import { choice } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { listWords, whole, word } from './common.js';
import { fieldOptions } from './face.js';

/**
 * @typedef {import('../types.d.ts').Element} Element
 * @typedef {import('../types.d.ts').Field} Field
 */

/** ISO/IEC 7810 ID-1 in tenths of a millimetre. */
export const CARD = { width: 856, height: 540 };

const DRAWINGS = /** @type {const} */ (['title', 'label', 'value', 'image', 'line', 'seal']);

/** Elements that show a field. */
const OF_FIELD = ['label', 'value', 'image'];

/**
 * @param {{ elements: Element[] } | null | undefined} template
 * @param {() => Field[]} fields the fields as they are now
 */
export function templateForm(template, fields) {
  const elements = list({
    legend: t('template.elements'),
    items: template?.elements ?? [],
    make: (element) => elementForm(element, fields),
    words: listWords(t('template.element')),
    more: [el('button', { type: 'button', class: 'button small', onclick: arrange }, t('template.arrange'))],
  });

  function arrange() {
    elements.replace(arranged(fields()));
    elements.node.dispatchEvent(new Event('input', { bubbles: true }));
  }

  return maybe({
    label: t('template.own'),
    hint: t('template.own_hint'),
    present: Boolean(template),
    part: group({ elements }),
  });
}

/** @param {Element | null} element @param {() => Field[]} fields */
function elementForm(element, fields) {
  const draw = word({ label: t('member.draw'), words: DRAWINGS, word: (one) => t(`drawing.${one}`), value: element?.draw });
  const key = choice({ label: t('template.field'), value: element?.key, none: t('form.none'), options: () => fieldOptions(fields()) });
  const has = () => OF_FIELD.includes(draw.control.value);
  const show = () => (key.node.hidden = !has());
  draw.control.addEventListener('input', show);
  show();
  const place = (/** @type {'x' | 'y' | 'width' | 'height'} */ side, /** @type {number} */ start) =>
    whole({ label: t(`place.${side}`), value: element?.[side] ?? start, needed: t('form.needed') });
  const members = {
    draw,
    key: { ...key, value: () => (has() ? key.value() : null) },
    x: place('x', 40),
    y: place('y', 40),
    width: place('width', 300),
    height: place('height', 28),
  };
  return group(members, { nodes: [el('div', { class: 'columns' }, Object.values(members).map((part) => part.node))] });
}

/**
 * A card with all fields in their order: what a kind without a template of its own looks like, and where to begin one.
 *
 * @param {readonly Field[]} fields
 * @returns {Element[]}
 */
export function arranged(fields) {
  const pictures = fields.filter(({ type }) => type === 'image');
  const texts = fields.filter(({ type }) => type !== 'image');
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
