/** Parts of a form that hold other parts: an object, a list, something that may be absent. As in `parts.js`. */
import { el } from '../shared/dom.js';
import { flag, grouped } from './parts.js';

/** @typedef {import('./parts.js').Place} Place */
/** @typedef {import('./parts.js').Missing} Missing */

/**
 * @template T
 * @typedef {import('./parts.js').Part<T>} Part
 */

/** @typedef {Record<string, Part<any>>} Members */

/**
 * An object: its members under their names, drawn as `nodes` or one after the other.
 *
 * @param {Members} members
 * @param {{ legend?: string, hint?: string, nodes?: import('../shared/dom.js').Children }} [options]
 * @returns {Part<any>}
 */
export function group(members, { legend, hint, nodes = Object.values(members).map((part) => part.node) } = {}) {
  const frame = legend ? grouped(legend, hint, nodes) : null;
  return {
    node: frame?.node ?? el('div', { class: 'group' }, nodes),
    value: () => Object.fromEntries(Object.entries(members).map(([name, part]) => [name, part.value()])),
    place: ([name, ...rest]) => (name !== undefined && members[name]?.place(rest)) || frame?.place || null,
    missing: () => Object.values(members).flatMap((part) => part.missing()),
    refresh: () => Object.values(members).forEach((part) => part.refresh()),
  };
}

/**
 * A value that stands in no control: what cannot be changed here.
 *
 * @template T
 * @param {T} value
 * @param {HTMLElement} [node]
 * @returns {Part<T>}
 */
export const fixed = (value, node = el('span', { hidden: true })) => ({
  node,
  value: () => value,
  place: () => null,
  missing: () => [],
  refresh: () => undefined,
});

/**
 * Something that may be absent, which is sent as null.
 *
 * @template T
 * @param {{ label: string, hint?: string, present: boolean, part: Part<T> }} options
 * @returns {Part<T | null>}
 */
export function maybe({ label, hint, present, part }) {
  const asked = flag({ label, hint, value: present });
  const draw = () => (part.node.hidden = !asked.control.checked);
  asked.control.addEventListener('input', draw);
  draw();
  return {
    node: el('div', { class: 'group' }, asked.node, part.node),
    value: () => (asked.control.checked ? part.value() : null),
    place: (path) => (asked.control.checked && part.place(path)) || asked.place([]),
    missing: () => (asked.control.checked ? part.missing() : []),
    refresh: part.refresh,
  };
}

/**
 * @typedef {object} ListWords
 * @property {string} add
 * @property {string} empty what is said while there is none
 * @property {(n: number) => string} nth
 * @property {(n: number) => string} up
 * @property {(n: number) => string} down
 * @property {(n: number) => string} remove
 * @property {(n: number) => string} moved said when one was moved to place `n`
 */

/**
 * A list whose items are added, taken away and moved, by the buttons of each or by Alt and an arrow.
 *
 * @template T
 * @param {{ legend: string, hint?: string, items: readonly T[], make: (item: T | null) => Part<T>, words: ListWords, more?: import('../shared/dom.js').Children }} options
 *   `make` gives the part for an item, or for a new one; `more`: further buttons
 * @returns {Part<T[]> & { replace: (items: readonly T[]) => void }}
 */
export function list({ legend, hint, items, make, words, more = [] }) {
  /** @typedef {{ part: Part<T>, node: HTMLElement, draw: (at: number, of: number) => void }} Entry */
  /** @type {Entry[]} */
  let entries = [];
  const holder = el('ol', { class: 'items' });
  const said = el('p', { class: 'visually-hidden', role: 'status' });
  const none = el('p', { class: 'hint' }, words.empty);
  const adding = el('button', { type: 'button', class: 'button small', onclick: () => add(null, true) }, words.add);
  const { node, place } = grouped(legend, hint, [none, holder, said, el('div', { class: 'buttons' }, adding, more)]);

  /** @param {T | null} item @param {boolean} [byHand] */
  function add(item, byHand = false) {
    const entry = entryFor(make(item));
    entries.push(entry);
    holder.append(entry.node);
    draw();
    if (!byHand) return;
    place.tell('');
    changed();
    /** @type {HTMLElement | null} */ (entry.part.node.querySelector('input, select, textarea'))?.focus();
  }

  /** @param {Part<T>} part @returns {Entry} */
  function entryFor(part) {
    const name = el('span', { class: 'nth' });
    const button = (/** @type {string} */ mark, /** @type {() => void} */ onclick) =>
      el('button', { type: 'button', class: 'icon', onclick }, el('span', { 'aria-hidden': 'true' }, mark));
    const up = button('↑', () => move(entry, -1, up));
    const down = button('↓', () => move(entry, 1, down));
    const gone = button('✕', () => remove(entry));
    /** @param {KeyboardEvent} event */
    function keyed(event) {
      if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
      event.preventDefault();
      event.stopPropagation();
      move(entry, event.key === 'ArrowUp' ? -1 : 1, /** @type {HTMLElement} */ (document.activeElement));
    }
    /** @type {Entry} */
    const entry = {
      part,
      node: el('li', { class: 'item', onkeydown: keyed }, el('div', { class: 'item-head' }, name, up, down, gone), part.node),
      draw(at, of) {
        name.textContent = words.nth(at + 1);
        up.setAttribute('aria-label', words.up(at + 1));
        down.setAttribute('aria-label', words.down(at + 1));
        gone.setAttribute('aria-label', words.remove(at + 1));
        up.disabled = at === 0;
        down.disabled = at === of - 1;
      },
    };
    return entry;
  }

  /** @param {Entry} entry @param {-1 | 1} by @param {HTMLElement} focused */
  function move(entry, by, focused) {
    const at = entries.indexOf(entry);
    const to = at + by;
    if (to < 0 || to >= entries.length) return;
    entries.splice(at, 1);
    entries.splice(to, 0, entry);
    holder.insertBefore(entry.node, entries[to + 1]?.node ?? null);
    draw();
    // Moving takes the focus away, and a button at the end of the list cannot have it.
    if (focused instanceof HTMLButtonElement && focused.disabled) /** @type {HTMLElement | null} */ (entry.node.querySelector('.icon:not(:disabled)'))?.focus();
    else focused.focus();
    said.textContent = words.moved(to + 1);
    changed();
  }

  /** @param {Entry} entry */
  function remove(entry) {
    const at = entries.indexOf(entry);
    entries.splice(at, 1);
    entry.node.remove();
    draw();
    const next = entries[at] ?? entries[at - 1];
    /** @type {HTMLElement} */ (next?.node.querySelector('.icon:last-of-type') ?? adding).focus();
    changed();
  }

  function draw() {
    entries.forEach((entry, at) => entry.draw(at, entries.length));
    none.hidden = entries.length > 0;
  }

  const changed = () => holder.dispatchEvent(new Event('input', { bubbles: true }));

  /** @param {readonly T[]} all */
  function replace(all) {
    entries = [];
    holder.replaceChildren();
    all.forEach((item) => add(item));
    draw();
  }

  replace(items);
  return {
    node,
    replace,
    value: () => entries.map(({ part }) => part.value()),
    place: ([at, ...rest]) => (at !== undefined && entries[Number(at)]?.part.place(rest)) || place,
    missing: () => entries.flatMap(({ part }) => part.missing()),
    refresh: () => entries.forEach(({ part }) => part.refresh()),
  };
}
