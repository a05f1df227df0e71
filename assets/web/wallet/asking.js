/** Codes that ask something of a holder, and where he answers. */

/** Codes for holders, and the screens that answer them. */
const ASKING = { 'EC1:': 'answer', 'ER1:': 'request' };

/** The screen that answers a code; null for a code that asks nothing of a holder. @param {string} text */
export function screenFor(text) {
  const found = Object.entries(ASKING).find(([mark]) => text.startsWith(mark));
  return found ? found[1] : null;
}
