/** How a card is drawn: elements of a closed set on a card of 856 × 540 units. */
import { arranged } from '../../kit/card-face.js';
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
    elements.replace(arranged(placed(fields())));
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

/** Fields as a card is arranged of them. @param {readonly Field[]} fields */
export const placed = (fields) => fields.map(({ key, type }) => ({ key, isPicture: type === 'image' }));
