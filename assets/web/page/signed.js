/**
 * What a signed object says, read without looking at its signatures: for words on a page, never to decide anything.
 */
import { patience } from '../shared/patience.js';

/** Longest wait for an object that only gives words. */
const PATIENCE_MS = 4000;

/**
 * The content of a signed object of this server.
 *
 * @param {'/.well-known/catalogue' | '/.well-known/trust-list'} path
 * @returns {Promise<any>}
 */
export async function contentOf(path) {
  const signal = patience(PATIENCE_MS);
  const response = await fetch(path, { cache: 'no-cache', credentials: 'omit', signal });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  const text = await response.text();
  // One signature: compact; several: JSON (RFC 7515).
  const payload = text.startsWith('{') ? JSON.parse(text).payload : text.split('.')[1];
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
