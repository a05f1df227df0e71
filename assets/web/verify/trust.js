/**
 * What the page trusts and how fresh it is: signed objects fetched from this page's own server, kept in IndexedDB, and
 * checked again by the verifier each time they are loaded.
 *
 * The root keys are pinned on the first visit, over the same connection the page's own code came by. From then on a
 * change of roots is believed only if the old ones signed it.
 */

const ROOTS = '/.well-known/roots.json';
const TRUST_LIST = '/.well-known/trust-list';
const CATALOGUE = '/.well-known/catalogue';
const STATUS_LISTS = '/status-lists';

/** The list does not follow from the roots held: the versions between must be walked one by one. */
const WALK = new Set(['E_TRUST_THRESHOLD', 'E_TRUST_SIG', 'E_TRUST_KEY']);

/** One page's trust: the verifier, and what is kept of it. */
export class TrustStore {
  #store;
  #Verifier;
  #kept = { roots: null, trustLists: [], catalogue: null, statusLists: {}, floors: null, syncedAt: null };
  verifier = null;

  constructor(store, Verifier) {
    this.#store = store;
    this.#Verifier = Verifier;
  }

  /** Loads what was kept. What no longer loads is left out: the verdict will say what is missing. */
  async load() {
    this.#kept = { ...this.#kept, ...(await this.#store.get('kept')) };
    if (!this.#kept.roots) return;
    this.verifier = new this.#Verifier({ roots: this.#kept.roots });
    for (const text of this.#kept.trustLists) attempt(() => this.verifier.loadTrustList(text));
    if (this.#kept.floors) this.verifier.restore(this.#kept.floors);
    if (this.#kept.catalogue) attempt(() => this.verifier.loadCatalogue(this.#kept.catalogue));
    for (const text of Object.values(this.#kept.statusLists)) attempt(() => this.verifier.loadStatusList(text));
  }

  /** When the last complete sync ended (unix seconds), or null. */
  get syncedAt() {
    return this.#kept.syncedAt;
  }

  /**
   * Fetches everything anew. What was accepted is kept even if a later step fails, and then the failure is thrown.
   */
  async sync(now) {
    if (!this.verifier) {
      this.#kept.roots = await fetchText(ROOTS);
      this.verifier = new this.#Verifier({ roots: this.#kept.roots });
    }
    try {
      await this.#syncTrustList(now);
      const catalogue = await fetchText(CATALOGUE);
      if (this.verifier.loadCatalogue(catalogue, now)) this.#kept.catalogue = catalogue;
      await this.#syncStatusLists(now);
      this.#kept.syncedAt = now;
    } finally {
      this.#kept.floors = this.verifier.floors();
      await this.#store.set('kept', this.#kept);
    }
  }

  async #syncTrustList(now) {
    const newest = await fetchText(TRUST_LIST);
    try {
      this.#takeTrustList(newest, now);
    } catch (error) {
      if (!WALK.has(error.code)) throw error;
      await this.#walkTrustLists();
      this.#takeTrustList(newest, now);
    }
  }

  /** Every version after the one held, in turn; those between may have expired long ago. */
  async #walkTrustLists() {
    for (let version = this.verifier.floors().trust_version + 1; ; version += 1) {
      const response = await fetch(`${TRUST_LIST}/${version}`);
      if (response.status === 404) return;
      this.#takeTrustList(await textOf(response));
    }
  }

  #takeTrustList(text, now) {
    if (this.verifier.loadTrustList(text, now)) this.#kept.trustLists.push(text);
  }

  async #syncStatusLists(now) {
    const { status_lists: uris } = JSON.parse(await fetchText(STATUS_LISTS));
    for (const uri of uris) {
      // The URI is the list's name; it is fetched from here even if the server was moved to another address.
      const text = await fetchText(new URL(uri).pathname);
      if (this.verifier.loadStatusList(text, now, uri)) this.#kept.statusLists[uri] = text;
    }
  }
}

function attempt(load) {
  try {
    load();
  } catch {
    // Kept objects were good when they came; one that is refused now is as if it had not been kept.
  }
}

async function fetchText(path) {
  return textOf(await fetch(path, { cache: 'no-cache', credentials: 'omit' }));
}

async function textOf(response) {
  if (!response.ok) throw new Error(`${new URL(response.url).pathname}: ${response.status}`);
  return response.text();
}
