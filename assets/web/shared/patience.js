/** How long something is waited for. */

/**
 * A signal that ends a request after `ms`, as `AbortSignal.timeout` does: Safari before 16 and Chromium before 103 have
 * none, and without this each request there failed as if there were no network.
 *
 * @param {number} ms
 */
export function patience(ms) {
  if (typeof AbortSignal.timeout === 'function') return AbortSignal.timeout(ms);
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(new DOMException('waited too long', 'TimeoutError')), ms);
  return waiting.signal;
}

/**
 * What `promise` gives, unless that takes longer than `ms`: then it fails with a `TimeoutError`.
 *
 * The time is waited in two parts. Where the device slept or the page was busy, the first part and the answer come due
 * together, in any order; during the second the answer is delivered.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T>}
 */
export function within(promise, ms) {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    after(ms / 2, () => after(ms / 2, () => reject(new DOMException('no answer came', 'TimeoutError'))));
  });
}

/**
 * @param {number} ms
 * @param {() => void} then
 */
function after(ms, then) {
  patience(ms).addEventListener('abort', then);
}
