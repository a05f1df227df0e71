/**
 * Names of units, for the words on the page: who asks for a licence, whom a member works for.
 *
 * The wallet does not check the catalogue's signature: it comes from the same server, over the same connection, as this
 * very script. What a verifier believes is checked by the verifier.
 */
import { pick } from '../page/i18n.js';
import { contentOf } from '../page/signed.js';
import { store } from './phone.js';

/** The name of a unit; null if the catalogue does not know it. @param {string} code */
export async function unitName(code) {
  const units = await fetched().catch(() => store.get('units'));
  return pick(units?.[code]) || null;
}

/** @returns {Promise<Record<string, import('./types.d.ts').Schemas['Text']>>} */
async function fetched() {
  /** @type {{ units: import('./types.d.ts').Schemas['CardUnit'][] }} */
  const { units } = await contentOf('/.well-known/catalogue');
  const names = Object.fromEntries(units.map((unit) => [unit.id, unit.names]));
  await store.set('units', names);
  return names;
}
