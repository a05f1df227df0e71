/**
 * A newcomer's hands in the other windows: what he would type and choose there himself. The wallet and the verifier know
 * nothing of it; they are used as anybody uses them.
 */
import { call, isProblem } from '../page/client.js';

/** @typedef {import('./demo.js').Newcomer} Newcomer */

/** The window was closed, or what it should show did not come. */
export class OutOfHand extends Error {}

/** Milliseconds a page may take to show what comes next. */
const PATIENCE = 30_000;

/** Milliseconds between two looks. */
const PAUSE = 150;

/**
 * A window beside the other one; null where the browser opens none.
 *
 * @param {string} name
 * @param {number} place 0 or 1, from the left
 */
export function openWindow(name, place) {
  const width = Math.min(460, Math.floor(screen.availWidth / 2));
  const size = `popup,width=${width},height=${screen.availHeight},left=${place * width},top=0`;
  return open('', name, size);
}

/**
 * Logs in as the newcomer, opens a licence that can be shown on a screen and fills in the PIN; the button is his to press.
 *
 * @param {Window} window
 * @param {Newcomer} who
 */
export async function prepareShow(window, who) {
  await leaveOther(who.login);
  window.location.href = '/wallet';
  const first = await appears(window, '#login, .card', '/wallet');
  if (first.matches('#login')) {
    fill(window, '#login', who.login);
    fill(window, '#password', who.password);
    submit(window, '#login');
    await appears(window, '.card', '/wallet');
  }
  const { items } = await call('GET', '/wallet/licences');
  const card = items.find((/** @type {any} */ one) => one.showable && one.cautions.length === 0 && sceneOf(one));
  if (!card) throw new OutOfHand();
  window.location.hash = `#card/${card.id}`;
  await appears(window, '#scene', '/wallet');
  fill(window, '#scene', sceneOf(card).code);
  fill(window, '#pin', who.pin);
  const button = part(window, '#pin')?.closest('form')?.querySelector('button[type=submit]');
  button?.scrollIntoView({ block: 'center' });
  if (button instanceof /** @type {any} */ (window).HTMLElement) /** @type {HTMLElement} */ (button).focus();
}

/** The code that is on the wallet's screen, as a camera would see it; null while there is none. @param {Window} window */
export async function codeOn(window) {
  const image = /** @type {HTMLImageElement | null} */ (part(window, '#qr'));
  if (!image?.src) return null;
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, SIDE, SIDE);
  try {
    context.drawImage(image, EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE);
    return await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, 'image/png'));
  } catch {
    // It is being drawn, or was just taken away.
    return null;
  }
}

/**
 * Gives the verifier's page the picture of the code, and waits for its verdict.
 *
 * @param {Window} window
 * @param {Blob} picture
 */
export async function verify(window, picture) {
  window.location.href = '/verify';
  // Its lists are there.
  await appears(window, '#freshness.chip-ready', '/verify');
  const input = /** @type {HTMLInputElement} */ (await appears(window, 'input[type=file]', '/verify'));
  const chosen = new DataTransfer();
  chosen.items.add(new File([picture], 'code.png', { type: 'image/png' }));
  input.files = chosen.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await appears(window, '.verdict', '/verify');
}

/** Somebody else logged in on this browser is logged out first. @param {string} login */
async function leaveOther(login) {
  try {
    const { account } = await call('GET', '/me');
    if (account.login !== login) await call('DELETE', '/sessions/current');
  } catch (error) {
    if (!isProblem(error, 401)) throw error;
  }
}

/** The first scene on a screen in which the server makes the codes. @param {any} card */
const sceneOf = (card) =>
  card.scenes.find((/** @type {any} */ { medium, profiles }) => medium !== 'paper' && profiles.includes('S'));

/**
 * What a page at `path` shows once it is there.
 *
 * @param {Window} window
 * @param {string} selector
 * @param {string} path
 * @returns {Promise<Element>}
 */
async function appears(window, selector, path) {
  const end = performance.now() + PATIENCE;
  while (!window.closed && performance.now() < end) {
    const found = window.location.pathname === path ? part(window, selector) : null;
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new OutOfHand();
}

/** @param {Window} window @param {string} selector */
const part = (window, selector) => (window.closed ? null : (window.document?.querySelector(selector) ?? null));

/** @param {Window} window @param {string} selector @param {string} value */
function fill(window, selector, value) {
  const control = /** @type {HTMLInputElement | null} */ (part(window, selector));
  if (!control) throw new OutOfHand();
  control.value = value;
  for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
}

/** @param {Window} window @param {string} selector of something in the form */
function submit(window, selector) {
  const form = part(window, selector)?.closest('form');
  if (!form) throw new OutOfHand();
  form.requestSubmit();
}

/** Pixels of the picture and of its white edge. */
const SIDE = 720;
const EDGE = 40;
