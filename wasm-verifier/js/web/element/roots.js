/** Which root keys an element believes. */

/** The root file could not be had. */
export class RootsError extends Error {}

/**
 * The root file's text, and whether the page pinned it.
 *
 * Pinned is what the page itself says: the `roots` property, a JSON child, or an address with the hash of what must be
 * there. With an address alone, or with nothing (then `text` is null and the server names them), the first visit decides.
 */
export async function rootsFor({ roots, rootsUrl, rootsIntegrity }, store) {
  if (roots !== null) return { text: roots, pinned: true };
  if (rootsUrl === null) return { text: null, pinned: false };
  const key = `roots ${rootsUrl} ${rootsIntegrity ?? ''}`;
  const kept = await store.get(key);
  const text = kept ?? (await fetched(rootsUrl, rootsIntegrity));
  if (!kept) await store.set(key, text);
  return { text, pinned: rootsIntegrity !== null };
}

async function fetched(url, integrity) {
  try {
    const response = await fetch(url, { credentials: 'omit', ...(integrity === null ? {} : { integrity }) });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return await response.text();
  } catch (cause) {
    throw new RootsError(url, { cause });
  }
}
