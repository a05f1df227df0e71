/** A hardware scanner that types, and the keyboard it plays. */

/** Where the keys of a code are on the keyboard that scanners play. */
const PLACES = { ' ': 'Space', '-': 'Minus', '.': 'Period', '/': 'Slash', $: 'Digit4', '%': 'Digit5', '*': 'Digit8', '+': 'Equal', ':': 'Semicolon', ']': 'BracketRight' };
export const placeOf = (char) => PLACES[char] ?? (/\d/.test(char) ? `Digit${char}` : `Key${char.toUpperCase()}`);
export const modifiersOf = (char) => (/[A-Z$%*+:]/.test(char) ? 8 : 0);

/** Seconds between two keys: scanners need 1 to 20 ms. */
const GAP = 0.005;

/** What ends a scan: the key's number, and what it types. */
const ENDS = { Enter: { windowsVirtualKeyCode: 13, text: '\r' }, Tab: { windowsVirtualKeyCode: 9 } };

/**
 * Types `text` as a scanner does, and `end` after it, null for nothing. All keys are sent at once, each with the time at
 * which a scanner would have pressed it: on a busy machine one after the other would be as slow as a person's.
 */
export async function scan(page, text, end = 'Enter') {
  const session = await page.context().newCDPSession(page);
  const begun = Date.now() / 1000 - (text.length + 1) * GAP;
  const keys = [...text].map((char) => ({ key: char, code: placeOf(char), modifiers: modifiersOf(char), text: char }));
  if (end) keys.push({ key: end, code: end, ...ENDS[end] });
  const sent = keys.flatMap((key, at) => {
    const { text: typed, ...released } = { ...key, timestamp: begun + at * GAP };
    return [
      session.send('Input.dispatchKeyEvent', typed ? { type: 'keyDown', text: typed, unmodifiedText: typed, ...released } : { type: 'rawKeyDown', ...released }),
      session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...released }),
    ];
  });
  await Promise.all(sent);
  await session.detach();
}
