/**
 * The demo's newcomer: whom the address names behind its `#`, as the terminal that started the demo printed it. A server in
 * earnest prints no such address, so its landing page leads nobody in by itself.
 *
 * @typedef {{ login: string, password: string, pin: string }} Newcomer
 */

const MARK = '#demo=';

/** @param {string} hash @returns {Newcomer | null} */
export function newcomer(hash) {
  if (!hash.startsWith(MARK)) return null;
  const [login, password, pin, ...more] = decoded(hash.slice(MARK.length)).split(':');
  return login && password && /^\d{6}$/.test(pin ?? '') && more.length === 0 ? { login, password, pin } : null;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
