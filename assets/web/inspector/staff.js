/** Who stands at this device: staff who verify for a unit, as the server last said. Kept, since cellars have no network. */
import { call, isProblem } from '../page/client.js';

/**
 * @typedef {object} Staff
 * @property {string} account
 * @property {{ id: string, names: import('/assets/wasm/verifier.js').Text }} unit
 */

const KEPT = 'lz.staff';

/** Who verifies: full verdicts and receipts are for them. */
const ROLES = ['inspector', 'verifier', 'handler'];

/** Whoever it was when there was last a network. @returns {Staff | null} */
export function keptStaff() {
  return kept(KEPT);
}

/** Asks the server. Without an answer it is whoever it was. */
export async function askStaff() {
  try {
    const { account, membership } = await call('GET', '/me');
    const verifies = membership?.roles.some((/** @type {string} */ role) => ROLES.includes(role));
    keep(KEPT, verifies ? { account: account.id, unit: membership.unit } : null);
  } catch (error) {
    if (isProblem(error, 401)) keep(KEPT, null);
  }
  return keptStaff();
}

/** @param {string} key @returns {any} null if nothing is kept */
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') ?? held.get(key) ?? null;
  } catch {
    return held.get(key) ?? null;
  }
}

/** Keeps `value`; null forgets it. @param {string} key @param {unknown} value */
export function keep(key, value) {
  held.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage can be switched off in a browser: then it lasts as long as the page.
  }
}

/** @type {Map<string, any>} */
const held = new Map();
