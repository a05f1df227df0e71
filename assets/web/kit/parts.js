/**
 * Parts of a form: each has its node, and tells what it holds now.
 *
 * Parts hold parts, as the JSON that is sent holds values; so a JSON pointer of the server's leads to the control it means
 * (`place`), and what was typed stands nowhere but in its control. Controls fire `input` as they always do.
 */
import { el } from '../shared/dom.js';

/**
 * @typedef {object} Place where a fault is told
 * @property {string} label what people call the control, or the group of them
 * @property {(words: string) => void} tell '' takes the words away
 * @property {() => void} focus
 *
 * @typedef {object} Missing a place where something is still needed, and the words for it
 * @property {Place} place
 * @property {string} words
 */

/**
 * @template T
 * @typedef {object} Part
 * @property {HTMLElement} node
 * @property {() => T} value what it holds now, as it is sent
 * @property {(path: string[]) => Place | null} place the place for the member at `path`, or the nearest around it
 * @property {() => Missing[]} missing what must be filled in before anything can be sent
 * @property {() => void} refresh asks again for the options that other parts give
 */

/** @typedef {import('../shared/dom.js').Props} Props */
/** @typedef {readonly { value: string, label: string }[]} Options */
/** @typedef {Options | (() => Options)} OptionsOrSource */

let count = 0;

/** An id that nothing else on the page has. */
export const freshId = () => `part-${(count += 1)}`;

/**
 * One control with its label, its hint and the place for its fault.
 *
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control
 * @param {{ label: string, hint?: string, after?: HTMLElement | null }} words
 * @returns {{ node: HTMLElement, place: Place }}
 */
export function labelled(control, { label, hint, after = null }) {
  control.id ||= freshId();
  const fault = el('p', { class: 'fault', id: `${control.id}-fault`, hidden: true });
  const hinted = hint ? el('p', { class: 'hint', id: `${control.id}-hint` }, hint) : null;
  control.setAttribute('aria-describedby', [hinted?.id, fault.id].filter(Boolean).join(' '));
  /** @type {Place} */
  const place = {
    label,
    tell(words) {
      fault.hidden = words === '';
      fault.textContent = words;
      if (words) control.setAttribute('aria-invalid', 'true');
      else control.removeAttribute('aria-invalid');
    },
    focus: () => control.focus(),
  };
  // What is being mended is no longer said to be wrong; the next sending says whether it still is.
  control.addEventListener('input', () => place.tell(''));
  const name = el('label', { for: control.id }, label);
  return { node: el('div', { class: 'field' }, name, hinted, control, after, fault), place };
}

/**
 * A line of text. `needed` are the words for one that was left empty; without them an empty one is sent as null.
 *
 * @param {{ label: string, hint?: string, value?: string | null, needed?: string, fits?: (text: string) => string, props?: Props }} options
 *   `fits` gives the words for a text that cannot be right, '' for any other; it is asked when the line is left
 * @returns {Part<string | null> & { control: HTMLInputElement }}
 */
export function line({ label, hint, value, needed, fits = () => '', props = {} }) {
  const control = el('input', { type: 'text', value: value ?? '', autocomplete: 'off', 'aria-required': needed ? 'true' : null, ...props });
  const { node, place } = labelled(control, { label, hint });
  const held = () => control.value.trim();
  // Not at once: words that come between the press of a button and its release move it from under the finger. A text that
  // fits changes nothing: by then the server may have said what is wrong with it.
  const left = () => {
    const words = held() && fits(held());
    if (words) place.tell(words);
  };
  control.addEventListener('change', () => setTimeout(left, AFTER_A_CLICK_MS));
  const wrong = () => (held() === '' ? (needed ?? '') : fits(held()));
  return {
    node,
    control,
    value: () => (needed ? held() : held() || null),
    place: () => place,
    missing: () => (wrong() ? [{ place, words: wrong() }] : []),
    refresh: () => undefined,
  };
}

/**
 * Several lines of text; an empty one is null.
 *
 * @param {{ label: string, hint?: string, value?: string | null, needed?: string, props?: Props }} options
 * @returns {Part<string | null>}
 */
export function area({ label, hint, value, needed, props = {} }) {
  const control = el('textarea', { rows: 3, class: 'plain', 'aria-required': needed ? 'true' : null, ...props });
  control.value = value ?? '';
  const { node, place } = labelled(control, { label, hint });
  const held = () => control.value.trim();
  return {
    node,
    value: () => held() || null,
    place: () => place,
    missing: () => (needed && !held() ? [{ place, words: needed }] : []),
    refresh: () => undefined,
  };
}

/**
 * A whole number; an empty one is null.
 *
 * @param {{ label: string, hint?: string, value?: number | null, needed?: string, wrong: string, props?: Props }} options
 *   `wrong` are the words for what is no whole number
 * @returns {Part<number | null>}
 */
export function number({ label, hint, value, needed, wrong, props = {} }) {
  const part = line({
    label,
    hint,
    value: value === null || value === undefined ? '' : String(value),
    needed,
    fits: (text) => (/^\d{1,9}$/.test(text) ? '' : wrong),
    props: { inputmode: 'numeric', class: 'short', ...props },
  });
  return { ...part, value: () => (part.value() ? Number(part.value()) : null) };
}

/**
 * One of several. `none` is the label of no choice at all, which is sent as null; without it one of them is always chosen.
 *
 * @param {{ label: string, hint?: string, value?: string | null, options: OptionsOrSource, none?: string, needed?: string, props?: Props }} given
 * @returns {Part<string | null> & { control: HTMLSelectElement }}
 */
export function choice({ label, hint, value, options, none, needed, props = {} }) {
  const control = el('select', props);
  const { node, place } = labelled(control, { label, hint });
  fill(value ?? '');

  /** What was chosen stays, also where it is not among the options any more: the server says what is wrong with it. @param {string} held */
  function fill(held) {
    const known = listed(options);
    const all = [...(none === undefined ? [] : [{ value: '', label: none }]), ...known];
    if (held !== '' && !known.some((one) => one.value === held)) all.push({ value: held, label: held });
    control.replaceChildren(...all.map((one) => el('option', { value: one.value, selected: one.value === held }, one.label)));
  }

  return {
    node,
    control,
    value: () => control.value || null,
    place: () => place,
    missing: () => (needed && !control.value ? [{ place, words: needed }] : []),
    refresh: () => fill(control.value),
  };
}

/**
 * Yes or no.
 *
 * @param {{ label: string, hint?: string, value?: boolean, props?: Props }} options
 * @returns {Part<boolean> & { control: HTMLInputElement }}
 */
export function flag({ label, hint, value = false, props = {} }) {
  const control = el('input', { type: 'checkbox', checked: value, ...props });
  const { node, place } = labelled(control, { label, hint });
  node.classList.add('flag');
  return { node, control, value: () => control.checked, place: () => place, missing: () => [], refresh: () => undefined };
}

/**
 * Any of several, sent in their order. Where there are many of them, a line narrows them; what is ticked is always seen.
 *
 * @param {{ legend: string, hint?: string, value?: readonly string[], options: OptionsOrSource, empty?: string, needed?: string, narrow: string }} given
 *   `narrow` is the label of that line
 * @returns {Part<string[]>}
 */
export function many({ legend, hint, value = [], options, empty = '', needed, narrow }) {
  const boxes = el('div', { class: 'boxes' });
  const wanted = el('input', { type: 'search', 'aria-label': `${legend}: ${narrow}`, placeholder: narrow, autocomplete: 'off', class: 'narrow' });
  const { node, place } = grouped(legend, hint, [wanted, boxes]);
  let held = [...value];
  wanted.addEventListener('input', (event) => {
    event.stopPropagation();
    fill();
  });
  boxes.addEventListener('input', () => {
    const seen = [...boxes.querySelectorAll('input')];
    const unseen = held.filter((one) => !seen.some((box) => box.value === one));
    held = [...unseen, ...seen.filter((box) => box.checked).map((box) => box.value)];
    place.tell('');
  });
  fill();

  function fill() {
    const known = listed(options);
    const all = [...known, ...held.filter((one) => !known.some((other) => other.value === one)).map((one) => ({ value: one, label: one }))];
    wanted.hidden = all.length <= FEW;
    const text = wanted.value.trim().toLowerCase();
    const fits = (/** @type {{ value: string, label: string }} */ one) => `${one.label} ${one.value}`.toLowerCase().includes(text);
    const ticked = all.filter((one) => held.includes(one.value));
    const others = all.filter((one) => !held.includes(one.value) && fits(one)).slice(0, MOST);
    // Few stand still where they are; of many the ticked come first.
    const seen = wanted.hidden ? all : [...ticked, ...others];
    const focused = document.activeElement instanceof HTMLInputElement && boxes.contains(document.activeElement) ? document.activeElement.value : null;
    boxes.replaceChildren(
      ...seen.map((one) => el('label', { class: 'box' }, el('input', { type: 'checkbox', value: one.value, checked: held.includes(one.value) }), one.label)),
    );
    if (all.length === 0 && empty) boxes.append(el('p', { class: 'hint' }, empty));
    if (focused !== null) [...boxes.querySelectorAll('input')].find((box) => box.value === focused)?.focus();
  }

  return {
    node,
    value: () => held,
    place: () => place,
    missing: () => (needed && held.length === 0 ? [{ place, words: needed }] : []),
    refresh: fill,
  };
}

/**
 * A frame around controls that belong together, with a place for what is wrong with them as a whole.
 *
 * @param {string} legend
 * @param {string | undefined} hint
 * @param {import('../shared/dom.js').Children} children
 * @returns {{ node: HTMLFieldSetElement, place: Place, legend: HTMLElement }}
 */
export function grouped(legend, hint, children) {
  const fault = el('p', { class: 'fault', hidden: true, tabindex: '-1' });
  const name = el('legend', {}, legend);
  const node = el('fieldset', {}, name, hint ? el('p', { class: 'hint' }, hint) : null, children, fault);
  /** @type {Place} */
  const place = {
    label: legend,
    tell(words) {
      fault.hidden = words === '';
      fault.textContent = words;
    },
    focus: () => /** @type {HTMLElement} */ (node.querySelector('input, select, textarea, button') ?? fault).focus(),
  };
  return { node, place, legend: name };
}

/** @param {OptionsOrSource} options */
const listed = (options) => (typeof options === 'function' ? options() : options);

/** So many boxes are seen at a glance; of more than that no more than `MOST` are drawn. */
const FEW = 12;
const MOST = 30;

/** A press of a button is over by then. */
const AFTER_A_CLICK_MS = 250;
