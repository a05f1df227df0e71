/**
 * Codes accepted on this device, kept until nobody could show them again: a page that is loaded anew refuses them, and so
 * does a second one. What is kept are keys and instants, nothing of any licence.
 */

/** @typedef {import('/assets/wasm/verifier.js').VerifyOptions} VerifyOptions */

const KEPT = 'accepted';

/** One at a time among this device's pages: of two that are shown one code at once, one must know of the other. */
const LOCK = 'lz-verify-accepted';

/**
 * The verdict on `code`, which is refused if it was accepted before.
 *
 * @param {import('../shared/store.js').Store} store
 * @param {import('../shared/trust.js').TrustStore} trust
 * @param {string} code
 * @param {VerifyOptions} options
 */
export function verifyOnce(store, trust, code, options) {
  return alone(async () => {
    const { verifier } = trust;
    if (!verifier) throw new Error('nothing is held to verify with');
    verifier.recall((await store.get(KEPT)) ?? new Uint8Array());
    const verdict = trust.verify(code, { ...options, remember: true });
    // Kept before it is shown: whoever loads the page anew at once finds it.
    if (verdict.verdict === 'valid') await store.set(KEPT, verifier.accepted(options.now));
    return verdict;
  });
}

/** @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function alone(work) {
  if (navigator.locks) return /** @type {Promise<T>} */ (navigator.locks.request(LOCK, work));
  // On plain http and in old browsers there is this page alone.
  const done = before.then(work, work);
  before = done;
  return done;
}
