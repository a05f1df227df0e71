/**
 * What a page trusts and how fresh it is: signed objects fetched from one server, kept in IndexedDB, and checked again
 * by the verifier each time they are loaded.
 *
 * The root keys are the page's own (`roots`). A page that brings none pins those that the server names on the first
 * visit: then whoever could answer for the server at that moment decides what is believed. In both cases a change of
 * roots is believed afterwards only if the old ones signed it.
 */
import { patience } from './patience.js';

const ROOTS = '/.well-known/roots.json';
const TRUST_LIST = '/.well-known/trust-list';
const CATALOGUE = '/.well-known/catalogue';
const STATUS_LISTS = '/status-lists';

/** The list does not follow from the roots held: the versions between must be walked one by one. */
const WALK = new Set(['E_TRUST_THRESHOLD', 'E_TRUST_SIG', 'E_TRUST_KEY']);

/**
 * Seconds: older knowledge is called old; most scenes refuse it from here on (core/README.md, "Order, limits, time").
 */
const OLD = 24 * 3600;

/** Milliseconds: a server that has not answered by then is as good as absent; what is held still verifies. */
const PATIENCE = 20_000;

/** The server answered, and said no. */
export class Unanswered extends Error {
  /** @param {Response} response */
  constructor({ url, status }) {
    super(`${new URL(url).pathname}: ${status}`);
    this.status = status;
  }
}

/** Some status lists could not be brought up to date; the others were. */
export class ListsError extends Error {
  /**
   * @param {{ uri: string, error: unknown }[]} failures
   * @param {number} asked how many lists there are
   */
  constructor(failures, asked) {
    super(failures.map(({ uri }) => uri).join(' '));
    this.failures = failures;
    this.asked = asked;
  }
}

/**
 * @typedef {import('/assets/wasm/verifier.js').Verifier} Verifier
 * @typedef {object} Kept
 * @property {string | null} roots
 * @property {string[]} trustLists
 * @property {string | null} catalogue
 * @property {Record<string, string>} statusLists by URI
 * @property {import('/assets/wasm/verifier.js').Floors | null} floors
 * @property {number | null} syncedAt
 */

/** One page's trust: the verifier, and what is kept of it. */
export class TrustStore {
  #store;
  #Verifier;
  #server;
  #key;
  /** @type {Verifier | null} */
  #withoutLists = null;
  /** @type {Kept} */
  #kept = { roots: null, trustLists: [], catalogue: null, statusLists: {}, floors: null, syncedAt: null };
  /** @type {Verifier | null} */
  verifier = null;
  /** Seconds by which this device's clock is ahead of the server's, as the last answer told; null while none has. @type {number | null} */
  aheadBy = null;

  /**
   * `server`: an origin. `roots`: the public root file's text; what is kept belongs to it (core/README.md, "Floors").
   *
   * @param {import('./store.js').Store} store
   * @param {typeof import('/assets/wasm/verifier.js').Verifier} Verifier
   * @param {{ server: string, roots?: string | null, key?: string }} options
   */
  constructor(store, Verifier, { server, roots = null, key = 'kept' }) {
    this.#store = store;
    this.#Verifier = Verifier;
    this.#server = server;
    this.#key = key;
    this.#kept.roots = roots;
  }

  /** Loads what was kept. What no longer loads is left out: the verdict will say what is missing. */
  async load() {
    const kept = await this.#store.get(this.#key);
    // Floors and lists of other roots say nothing about these.
    if (kept && (this.#kept.roots === null || kept.roots === this.#kept.roots)) Object.assign(this.#kept, kept);
    if (!this.#kept.roots) return;
    const verifier = this.#loaded(this.#kept.roots);
    for (const text of Object.values(this.#kept.statusLists)) attempt(() => verifier.loadStatusList(text));
    this.verifier = verifier;
  }

  /** When the last complete sync ended (unix seconds), or null. */
  get syncedAt() {
    return this.#kept.syncedAt;
  }

  /** Age of the oldest status list held, which decides how old a "not revoked" may be; null if none is held. @param {number} now */
  freshness(now) {
    const lists = this.verifier?.held().status_lists ?? [];
    if (lists.length === 0) return null;
    const age = now - Math.min(...lists.map(({ iat }) => iat));
    return { age, old: age > OLD || lists.some(({ exp }) => exp <= now) };
  }

  /**
   * The verdict on `code`. A status list older than `maxAge` seconds counts as one that is not held when all else would
   * be valid; for bad news its age does not matter. Only once there is a verifier.
   *
   * @param {string} code
   * @param {import('/assets/wasm/verifier.js').VerifyOptions} options
   */
  verify(code, options, maxAge = Infinity) {
    const { verifier } = this;
    const { roots } = this.#kept;
    if (!verifier || !roots) throw new Error('nothing is held to verify with');
    if (maxAge === Infinity) return verifier.verify(code, options);
    const tried = verifier.verify(code, { ...options, remember: false });
    const old = tried.verdict === 'valid' && tried.status !== null && tried.status.age_s > maxAge;
    if (!old) return verifier.verify(code, options);
    this.#withoutLists ??= this.#loaded(roots);
    return this.#withoutLists.verify(code, { ...options, remember: false });
  }

  /**
   * Fetches everything anew. What was accepted is kept even if a later step fails, and then the failure is thrown.
   *
   * @param {number} now
   */
  async sync(now) {
    const verifier = this.verifier ?? (await this.#pinned());
    try {
      await this.#syncTrustList(verifier, now);
      const catalogue = await this.#fetchText(CATALOGUE);
      if (verifier.loadCatalogue(catalogue, now)) this.#kept.catalogue = catalogue;
      await this.#syncStatusLists(verifier, now);
      this.#kept.syncedAt = now;
    } finally {
      this.#withoutLists = null;
      this.#kept.floors = verifier.floors();
      await this.#store.set(this.#key, this.#kept);
    }
  }

  /** The first visit: the roots are those that the server names. */
  async #pinned() {
    const roots = await this.#fetchText(ROOTS);
    this.verifier = new this.#Verifier({ roots });
    this.#kept.roots = roots;
    return this.verifier;
  }

  /** A verifier with everything kept but the status lists. @param {string} roots */
  #loaded(roots) {
    const { trustLists, floors, catalogue } = this.#kept;
    const verifier = new this.#Verifier({ roots });
    for (const text of trustLists) attempt(() => verifier.loadTrustList(text));
    if (floors) verifier.restore(floors);
    if (catalogue) attempt(() => verifier.loadCatalogue(catalogue));
    return verifier;
  }

  /**
   * @param {Verifier} verifier
   * @param {number} now
   */
  async #syncTrustList(verifier, now) {
    const newest = await this.#fetchText(TRUST_LIST);
    try {
      this.#takeTrustList(verifier, newest, now);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && WALK.has(String(error.code)))) throw error;
      await this.#walkTrustLists(verifier);
      this.#takeTrustList(verifier, newest, now);
    }
  }

  /**
   * Every version after the one held, in turn; those between may have expired long ago.
   *
   * @param {Verifier} verifier
   */
  async #walkTrustLists(verifier) {
    for (let version = verifier.floors().trust_version + 1; ; version += 1) {
      const response = await this.#fetch(`${TRUST_LIST}/${version}`);
      if (response.status === 404) return;
      this.#takeTrustList(verifier, await textOf(response));
    }
  }

  /**
   * @param {Verifier} verifier
   * @param {string} text
   * @param {number} [now]
   */
  #takeTrustList(verifier, text, now) {
    if (verifier.loadTrustList(text, now)) this.#kept.trustLists.push(text);
  }

  /**
   * @param {Verifier} verifier
   * @param {number} now
   */
  async #syncStatusLists(verifier, now) {
    /** @type {{ status_lists: string[] }} */
    const { status_lists: uris } = JSON.parse(await this.#fetchText(STATUS_LISTS));
    // The URI is the list's name; it is fetched from this server even if it was moved to another address. All at once: one
    // that does not come must not keep the others waiting.
    const answers = await Promise.allSettled(uris.map((uri) => this.#fetchText(new URL(uri).pathname)));
    /** @type {{ uri: string, error: unknown }[]} */
    const failures = [];
    for (const [index, uri] of uris.entries()) {
      const answer = answers[index];
      try {
        if (answer.status === 'rejected') throw answer.reason;
        if (verifier.loadStatusList(answer.value, now, uri)) this.#kept.statusLists[uri] = answer.value;
      } catch (error) {
        failures.push({ uri, error });
      }
    }
    if (failures.length > 0) throw new ListsError(failures, uris.length);
  }

  /** @param {string} path */
  async #fetchText(path) {
    return textOf(await this.#fetch(path));
  }

  /** @param {string} path */
  async #fetch(path) {
    const signal = patience(PATIENCE);
    const response = await fetch(new URL(path, this.#server), { cache: 'no-cache', credentials: 'omit', signal });
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) this.aheadBy = Math.round((Date.now() - date) / 1000);
    return response;
  }
}

/** @param {() => unknown} load */
function attempt(load) {
  try {
    load();
  } catch {
    // Kept objects were good when they came; one that is refused now is as if it had not been kept.
  }
}

/** @param {Response} response */
async function textOf(response) {
  if (!response.ok) throw new Unanswered(response);
  return response.text();
}
