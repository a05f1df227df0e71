/**
 * The server's time as this page knows it.
 *
 * Codes live by the server's clock, and phones are often wrong. Each answer's `Date` header tells how far off this
 * device is; until one has arrived in this page, the device's own clock is all there is. What was learned holds only as
 * long as nobody sets the device's clock, as the page asks them to where it is wrong.
 */
import { patience } from '../shared/patience.js';
import { CHINA } from '../shared/words.js';

/** From here on a code made by this device's own clock may be refused somewhere: half of a proof's 60 s. */
export const WARN_AT = 30;

/** A slower answer says little about the time; two measurements that differ by less may both be right. */
const SLOW_MS = 5000;

/** Time and timer part by more than this only if the clock was set, or if the timer stood still in a sleep. */
const APART_MS = 2000;

/** Small enough to be the fault of the measurement. */
const NOISE_MS = 1500;

/** The clock's lead over the timer, which nobody can set. */
const lead = () => Date.now() - performance.now();

/** @type {number | null} */
let offset = null;
let leadThen = lead();
let era = 0;

/**
 * Learns from one answer. `sent` and `received` are `Date.now()` around the request.
 *
 * @param {Response} response
 * @param {number} sent
 * @param {number} received
 */
export function learn(response, sent, received) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  const took = received - sent;
  // It takes less than no time if the clock was set back meanwhile; and a cached answer has no time to tell.
  if (Number.isNaN(date) || took < 0 || took > SLOW_MS) return;
  // The header is cut to whole seconds, so the middle of that second is the best guess.
  const measured = date + 500 - (sent + received) / 2;
  if (Math.abs(measured - (offset ?? 0)) > SLOW_MS) era += 1;
  offset = Math.abs(measured) < NOISE_MS ? 0 : measured;
  leadThen = lead();
}

/** Milliseconds by the server's clock. */
export function nowMs() {
  check();
  return Date.now() + (offset ?? 0);
}

/** Unix seconds by the server's clock. */
export function now() {
  return Math.floor(nowMs() / 1000);
}

/** The day it is in China, YYYYMMDD: licences count their days there, wherever the device is. */
export function today() {
  return new Date(nowMs() + CHINA * 1000).toISOString().slice(0, 10).replaceAll('-', '');
}

/** How many seconds this device is ahead (positive) or behind; null while no answer has told. */
export function deviceIsAheadBy() {
  check();
  return offset === null ? null : Math.round(-offset / 1000);
}

/** A number that changes whenever times told before and after do not compare. */
export function clockEra() {
  check();
  return era;
}

/** If the clock was set, what was learned before is void. */
function check() {
  if (Math.abs(lead() - leadThen) <= APART_MS) return;
  leadThen = lead();
  offset = null;
  era += 1;
  measure();
}

/** Asks the server for the time: codes of the phone's own bring no answer to learn from. */
async function measure() {
  const sent = Date.now();
  /** @type {RequestInit} */
  const asked = { cache: 'no-store', credentials: 'omit', signal: patience(SLOW_MS) };
  const response = await fetch('/livez', asked).catch(() => null);
  if (response) learn(response, sent, Date.now());
}
