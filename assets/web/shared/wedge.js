/**
 * Hardware scanners that type like a keyboard (keyboard wedge), wherever the focus is: a burst that begins like a code of
 * ours, and ends with Enter, Tab, or with the burst itself. A person typing is far slower.
 *
 * What a burst brought to the page before it was known as one is taken away again, so nothing of it stays in a field.
 * It comes as keys; through an input method or another country's keyboard, then by the places of the keys that were
 * pressed; or as text put in at one go, by scanners that are Android devices. One listener serves all takers of a page; a burst goes to the one that has the
 * focus, else to the one used last.
 */
import { leaveField, rememberField } from './field.js';

/**
 * Milliseconds between two keys of one burst, at most: scanners need 1 to 20, and a person far more for these four. Once
 * the beginning has shown what it is, a computer that stutters is given time; after that the burst is over.
 */
const LONGEST_GAP = 100;
const LONGEST_GAP_INSIDE = 500;

/**
 * What bursts of ours begin with, perhaps after the mark that scanners put before what they read (AIM, ISO/IEC 15424),
 * and also with caps lock on: core says what is wrong then. From here on the page does not get the keys, so a blank
 * presses no button.
 */
const BEGINNING = /(?:\]Q[0-6])?E[LCR]1:$/i;
const LONGEST_BEGINNING = 8;

/** What a key gives on the keyboard that scanners play (US), for the characters of codes that are not letters or digits. */
const PLAIN = { Space: ' ', Minus: '-', Period: '.', Slash: '/', BracketRight: ']' };
const SHIFTED = { Digit4: '$', Digit5: '%', Digit8: '*', Equal: '+', Semicolon: ':' };

/**
 * @typedef {object} Taker
 * @property {Element} element
 * @property {(text: string) => unknown} take
 */

/** @type {Taker[]} */
const takers = [];

/**
 * The last characters, each with what the place of its key says, and what puts the field back to before it.
 *
 * @type {{ char: string, place: string, putBack: () => void }[]}
 */
let recent = [];

/** What has come of a burst that is known as one; empty while none is. */
let code = '';

/** The burst is read by the places of its keys. */
let byPlace = false;

/** Puts the field back when the burst ends, where an input method keeps its keys from being held back. @type {(() => void) | null} */
let putBackLater = null;

/** When the last character came. */
let last = 0;

/** What the last key was told as: the browser tells of it again, as an insertion; with an input method, of any text (null). @type {string | null} */
let told = '';

/** Puts the field back to before what is being composed. */
let putBackComposed = () => {};

/** @type {ReturnType<typeof setTimeout> | undefined} */
let idle;

const LISTENERS = /** @type {const} */ ([
  ['keydown', pressed],
  ['keyup', released],
  ['beforeinput', inserting],
  ['compositionstart', composing],
  ['compositionend', composed],
]);

/** From here on bursts may go to `taker`. @param {Taker} taker */
export function listen(taker) {
  if (takers.length === 0) for (const [name, heard] of LISTENERS) document.addEventListener(name, /** @type {EventListener} */ (heard), true);
  takers.push(taker);
}

/** The one that bursts go to while no element has the focus. @param {Taker} taker */
export function prefer(taker) {
  const at = takers.indexOf(taker);
  if (at >= 0) takers.unshift(...takers.splice(at, 1));
}

/** @param {Taker} taker */
export function ignore(taker) {
  const at = takers.indexOf(taker);
  if (at >= 0) takers.splice(at, 1);
  if (takers.length > 0) return;
  for (const [name, heard] of LISTENERS) document.removeEventListener(name, /** @type {EventListener} */ (heard), true);
  forget();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  told = '';
  // 229: the key goes to an input method, which leaves only its place on the keyboard to be read.
  const byMethod = event.isComposing || event.key === 'Process' || event.keyCode === 229;
  const place = keyAt(event);
  const key = byMethod || event.key === 'Dead' ? place : event.key;
  if (key === 'Enter' || key === 'Tab') {
    if (code !== '') swallow(event);
    end();
    return;
  }
  if (key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) return;
  told = byMethod ? null : key;
  const wasKnown = code !== '';
  typed(key, event.timeStamp, place);
  if (code === '') return;
  swallow(event);
  if (byMethod && !wasKnown) muffle();
}

// A button is pressed when the blank is released.
/** @param {KeyboardEvent} event */
function released(event) {
  if (event.key === ' ' && code !== '') swallow(event);
}

/** Text that no key told of. In a field that is there for codes it stays. @param {InputEvent} event */
function inserting(event) {
  const { data, inputType, timeStamp } = event;
  if (/** @type {Element} */ (event.composedPath()[0]).hasAttribute?.('data-codes')) return;
  if (inputType === 'insertLineBreak' || inputType === 'insertParagraph') {
    if (code === '') return;
    swallow(event);
    end();
    return;
  }
  if (!data || inputType !== 'insertText' || told === null || data === told) return;
  for (const char of data) {
    if (/[\r\n\t]/.test(char)) end();
    else typed(char, timeStamp);
    // Also when the line end at its close has ended it already.
    if (code !== '') swallow(event);
  }
}

function composing() {
  putBackComposed = rememberField();
}

/** A scanner that composes does so at one go. @param {CompositionEvent} event */
function composed({ data, timeStamp }) {
  if (code !== '') return;
  recent = [];
  for (const char of data) typed(char, timeStamp);
  if (code !== '') putBackLater = putBackComposed;
}

/**
 * One more character.
 *
 * @param {string} char
 * @param {number} now
 * @param {string} [place] what the place of its key says
 */
function typed(char, now, place = char) {
  if (now - last > (code === '' ? LONGEST_GAP : LONGEST_GAP_INSIDE)) end();
  last = now;
  clearTimeout(idle);
  idle = setTimeout(end, LONGEST_GAP_INSIDE);
  if (code !== '') {
    const next = byPlace ? place : char;
    if (next.length === 1) code += next;
    return;
  }
  recent = [...recent.slice(1 - LONGEST_BEGINNING), { char, place, putBack: rememberField() }];
  for (const by of /** @type {const} */ (['char', 'place'])) {
    // One character for each key: a place without one is longer.
    const text = recent.map((one) => (one[by].length === 1 ? narrow(one[by]) : '?')).join('');
    const [beginning] = BEGINNING.exec(text) ?? [];
    if (beginning) {
      begin(recent.slice(-beginning.length), by);
      return;
    }
  }
}

/**
 * The burst is known, by what its first keys gave or by their places.
 *
 * @param {typeof recent} ours
 * @param {'char' | 'place'} by
 */
function begin(ours, by) {
  code = ours.map((one) => one[by]).join('');
  byPlace = by === 'place';
  ours[0].putBack();
  putBackLater = null;
  recent = ours;
}

/** From the first key on an input method has what is typed: it is taken away at the end, when that can be done. */
function muffle() {
  putBackLater = recent[0]?.putBack ?? null;
}

/** The burst is over, or there was none. */
function end() {
  const text = code;
  const putBack = putBackLater;
  // Ends the composition, whose text is that of the burst: while it is still known, nobody takes it for another.
  if (putBack) leaveField();
  forget();
  if (putBack) {
    putBack();
    // Browsers differ in whether what was composed comes before or after the focus goes.
    setTimeout(putBack);
  }
  if (text !== '') give(text);
}

/** Hands over what was scanned here, or in the page around this frame. @param {string} text */
export function give(text) {
  (takers.find(({ element }) => element.matches(':focus-within')) ?? takers[0])?.take(text);
}

function forget() {
  clearTimeout(idle);
  recent = [];
  code = '';
  byPlace = false;
  putBackLater = null;
}

/** A full-width character as an input method makes it, in the width that codes have. @param {string} char */
function narrow(char) {
  return char >= '！' && char <= '～' ? String.fromCharCode(char.charCodeAt(0) - 0xfee0) : char;
}

/** What the key says on the keyboard that scanners play; its own name if no character. @param {KeyboardEvent} event */
function keyAt(event) {
  const { code: place, shiftKey } = event;
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(place) ?? [];
  if (letter) return shiftKey === event.getModifierState('CapsLock') ? letter.toLowerCase() : letter;
  if (shiftKey) return SHIFTED[/** @type {keyof typeof SHIFTED} */ (place)] ?? place;
  if (place === 'NumpadEnter') return 'Enter';
  return digit ?? PLAIN[/** @type {keyof typeof PLAIN} */ (place)] ?? place;
}

/** @param {Event} event */
function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
