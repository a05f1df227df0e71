/**
 * The server's time as this page knows it.
 *
 * Codes live by the server's clock, and phones are often wrong. Each answer's `Date` header tells how far off this
 * device is; until one has arrived in this page, the device's own clock is all there is.
 */

/** From here on a code made by this device's own clock may be refused somewhere: half of a proof's 60 s. */
export const WARN_AT = 30;

let offset = null;

/** Learns from one answer. `sent` and `received` are `Date.now()` around the request. */
export function learn(response, sent, received) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  // A slow answer says little about the time; a cached one nothing.
  if (Number.isNaN(date) || received - sent > 5000) return;
  // The header is cut to whole seconds, so the middle of that second is the best guess.
  const measured = date + 500 - (sent + received) / 2;
  offset = Math.abs(measured) < 1500 ? 0 : measured;
}

/** Milliseconds by the server's clock. */
export function nowMs() {
  return Date.now() + (offset ?? 0);
}

/** Unix seconds by the server's clock. */
export function now() {
  return Math.floor(nowMs() / 1000);
}

/** How many seconds this device is ahead (positive) or behind; null before the first answer. */
export function deviceIsAheadBy() {
  return offset === null ? null : Math.round(-offset / 1000);
}
