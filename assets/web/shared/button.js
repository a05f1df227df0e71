/** A button; `part` lets a page around the element give it its own looks. */
import { el } from './dom.js';

/**
 * @param {string} label
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {import('./dom.js').Props & { primary?: boolean }} [more]
 */
export const button = (label, onclick, { primary = false, ...props } = {}) =>
  el('button', { type: 'button', class: primary ? 'button primary' : 'button', part: 'button', onclick, ...props }, label);
