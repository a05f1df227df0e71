/**
 * Names of units, by their codes, from the server's catalogue.
 *
 * The wallet does not check the catalogue's signature: it comes from the same server, over the same connection, as this
 * very script. What a verifier believes is checked by the verifier.
 */
import { pick } from '../page/i18n.js';
import { store } from './phone.js';

/** Longest wait for the catalogue; the names kept here are nearly always as good. */
const PATIENCE_MS = 4000;

/** The name of a unit; null if the catalogue does not know it. @param {string} code */
export async function unitName(code) {
  const units = await fetched().catch(() => store.get('units'));
  return pick(units?.[code]) || null;
}

/** @returns {Promise<Record<string, import('./types.d.ts').Schemas['Text']>>} */
async function fetched() {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch('/.well-known/catalogue', { cache: 'no-cache', credentials: 'omit', signal });
  if (!response.ok) throw new Error(String(response.status));
  const payload = (await response.text()).split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  /** @type {{ units: import('./types.d.ts').Schemas['NamedUnit'][] }} */
  const { units } = JSON.parse(new TextDecoder().decode(bytes));
  const names = Object.fromEntries(units.map((unit) => [unit.id, unit.names]));
  await store.set('units', names);
  return names;
}
