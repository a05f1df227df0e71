/** Faults of a form: each at the control it means, and all of them above the form, with a way to each. */
import { el, show } from '../shared/dom.js';

/** @typedef {import('./parts.js').Place} Place */

/**
 * @param {{ title: (n: number) => string }} words
 */
export function faultList(words) {
  const node = el('section', { class: 'notice problem faults', role: 'alert', id: 'faults', hidden: true, tabindex: '-1' });
  /** @type {Place[]} */
  let told = [];

  function clear() {
    for (const place of told) place.tell('');
    told = [];
    node.hidden = true;
    show(node);
  }

  /**
   * Tells each fault where it belongs; one that belongs nowhere is told here only.
   *
   * @param {readonly { place: Place | null, words: string, line?: string }[]} faults `line` are the words above the form,
   *   where they stand alone
   */
  function tell(faults) {
    clear();
    if (faults.length === 0) return;
    /** @type {Map<Place, string[]>} */
    const byPlace = new Map();
    for (const { place, words: said } of faults) {
      if (place) byPlace.set(place, [...(byPlace.get(place) ?? []), said]);
    }
    for (const [place, said] of byPlace) place.tell(said.join(' '));
    told = [...byPlace.keys()];
    const lines = faults.map(({ place, words: said, line = said }) =>
      el('li', {}, place ? el('button', { type: 'button', class: 'link', onclick: () => place.focus() }, line) : line),
    );
    node.hidden = false;
    show(node, el('h2', {}, words.title(faults.length)), el('ul', {}, lines));
    node.focus();
    node.scrollIntoView({ block: 'nearest' });
  }

  return { node, clear, tell };
}
