/** Names and values, for a `dl`. */
import { el } from '../shared/dom.js';

/** @param {readonly (readonly [label: string, value: string])[]} pairs */
export const rows = (pairs) => pairs.map(([label, value]) => [el('dt', {}, label), el('dd', {}, value)]);
