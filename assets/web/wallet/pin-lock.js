/**
 * The PIN where no server can check it. It locks this page only: whoever can read the browser's files does not need it
 * (docs/SECURITY.md says so). The grants behind it run out within 24 hours and die with the phone's registration.
 *
 * What is kept is an HMAC, by a key that cannot be exported, over a slow hash: the PIN itself can be tried out only in
 * this browser, and after five wrong tries everything kept for offline use is wiped.
 */

/** @typedef {Pick<import('../shared/store.js').Store, 'get' | 'set'>} PinStore */

const TRIES = 5;

/** OWASP's 2023 figure for PBKDF2-HMAC-SHA-256; about 0.3 s on a middling phone. */
const ROUNDS = 600_000;

/**
 * Remembers `pin`, which the server has just accepted.
 *
 * @param {PinStore} store
 * @param {string} pin
 */
export async function setPin(store, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  const mark = await crypto.subtle.sign('HMAC', key, await slowHash(pin, salt));
  await store.set('pin', { salt, key, mark, wrong: 0 });
}

/**
 * `ok`, `wrong` (with `left` tries), `wiped`: nothing is kept any more; or `not_counted`: a try that cannot be written
 * down is none.
 *
 * @param {PinStore & Pick<import('../shared/store.js').Store, 'clear'>} store
 * @param {string} pin
 * @returns {Promise<{ result: 'ok' | 'wrong' | 'wiped' | 'not_counted', left: number }>}
 */
export async function checkPin(store, pin) {
  const kept = await store.get('pin');
  if (!kept) return { result: 'wiped', left: 0 };
  // Counted before the answer is known, so that closing the page in between gains nothing.
  if (!(await store.set('pin', { ...kept, wrong: kept.wrong + 1 }))) return { result: 'not_counted', left: 0 };
  if (await crypto.subtle.verify('HMAC', kept.key, kept.mark, await slowHash(pin, kept.salt))) {
    await store.set('pin', { ...kept, wrong: 0 });
    return { result: 'ok', left: TRIES };
  }
  const left = TRIES - kept.wrong - 1;
  if (left > 0) return { result: 'wrong', left };
  await store.clear();
  return { result: 'wiped', left: 0 };
}

/**
 * @param {string} pin
 * @param {BufferSource} salt
 */
async function slowHash(pin, salt) {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, material, 256);
}
