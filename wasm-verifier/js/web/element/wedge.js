/**
 * Hardware scanners that type like a keyboard (keyboard wedge): a burst of keys that begins like a licence code and ends
 * with Enter or Tab, wherever the focus is. A person typing is far slower.
 *
 * One listener serves all elements of a page; a burst goes to the one that has the focus, else to the one used last.
 */

/**
 * Milliseconds between two keys of one burst, at most: scanners need 1 to 20, and a person far more for these four. Once
 * the beginning has shown what it is, a computer that stutters is given time.
 */
const LONGEST_GAP = 100;
const LONGEST_GAP_INSIDE = 500;

/** What bursts of ours begin with; from here on the page does not get the keys, so a blank presses no button. */
const PREFIX = 'EL1:';

const takers = [];
let typed = '';
let last = 0;

/** From here on bursts may go to `taker` (`{element, take(text)}`). */
export function listen(taker) {
  if (takers.length === 0) {
    document.addEventListener('keydown', pressed, true);
    document.addEventListener('keyup', released, true);
  }
  takers.push(taker);
}

/** The one that bursts go to while no element has the focus. */
export function prefer(taker) {
  const at = takers.indexOf(taker);
  if (at >= 0) takers.unshift(...takers.splice(at, 1));
}

export function ignore(taker) {
  const at = takers.indexOf(taker);
  if (at >= 0) takers.splice(at, 1);
  if (takers.length === 0) {
    document.removeEventListener('keydown', pressed, true);
    document.removeEventListener('keyup', released, true);
    typed = '';
  }
}

function pressed(event) {
  const now = event.timeStamp;
  const quick = now - last <= (isCode(typed) ? LONGEST_GAP_INSIDE : LONGEST_GAP);
  if (event.key === 'Enter' || event.key === 'Tab') {
    const code = quick && isCode(typed) ? typed : null;
    typed = '';
    if (code) {
      swallow(event);
      (takers.find(({ element }) => element.matches(':focus-within')) ?? takers[0]).take(code);
    }
    return;
  }
  if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) return;
  typed = (quick ? typed : '') + event.key;
  last = now;
  if (isCode(typed)) swallow(event);
}

// A button is pressed when the blank is released.
function released(event) {
  if (event.key === ' ' && isCode(typed)) swallow(event);
}

function isCode(text) {
  return text.startsWith(PREFIX);
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
