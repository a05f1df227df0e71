/** A file of a form: chosen, or dropped where it is asked for. */
import { el } from '../shared/dom.js';
import { labelled } from './parts.js';

/**
 * @param {{ label: string, hint?: string, accept: string, needed: string }} options `needed` are the words for none
 * @returns {import('./parts.js').Part<File | null>}
 */
export function filePart({ label, hint, accept, needed }) {
  const control = el('input', { type: 'file', accept, 'aria-required': 'true' });
  const { node, place } = labelled(control, { label, hint });
  const zone = el('div', { class: 'drop' }, node);
  const over = (/** @type {DragEvent} */ event, /** @type {boolean} */ on) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragover', (event) => over(event, true));
  zone.addEventListener('dragleave', (event) => over(event, false));
  zone.addEventListener('drop', (event) => {
    over(event, false);
    if (!event.dataTransfer?.files.length) return;
    control.files = event.dataTransfer.files;
    control.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const held = () => control.files?.[0] ?? null;
  return {
    node: zone,
    value: held,
    place: () => place,
    missing: () => (held() === null ? [{ place, words: needed }] : []),
    refresh: () => undefined,
  };
}
