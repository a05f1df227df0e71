/**
 * A small key-value store in IndexedDB. It keeps CryptoKeys as they are, never their bytes.
 *
 * Browsers close a database (an update, data cleared), refuse to write (full), have none (a private window, a blocked
 * frame), or do not answer for a while or for ever (WebKit after a long sleep). None of that keeps a page from working:
 * what could not be kept is held for as long as the page is open, and `trouble` says why.
 */
import { within } from './patience.js';

/** Milliseconds: a database that has not answered by then is gone on without, until it does. */
const PATIENCE = 2000;

/**
 * Why what was given may not outlast this page: the browser has no database for it or lost it (`none`), there is no room
 * (`full`), or no answer came (`mute`). Null while all is kept.
 *
 * @typedef {'none' | 'full' | 'mute' | null} Trouble
 */

/** Opens the store called `name`, making it if need be. @param {string} name */
export async function openStore(name) {
  const store = new Store(name);
  await store.open();
  return store;
}

/** Values are whatever the caller puts in. */
export class Store {
  #name;
  /** @type {IDBDatabase | null} */
  #db = null;
  /** What the database did not take, or all where there is none. @type {Map<string, any>} */
  #held = new Map();
  #never = false;
  /** @type {Trouble} */
  trouble = null;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /** Whether what is kept outlasts this page. */
  get lasts() {
    return this.trouble === null;
  }

  /** Opens the database ahead of its first use. */
  async open() {
    await this.#database().catch((error) => {
      this.#failed(error);
      this.#never = this.trouble === 'none';
    });
  }

  /** @param {string} key @returns {Promise<any>} */
  async get(key) {
    if (this.#held.has(key)) return this.#held.get(key);
    return this.#read((kv) => kv.get(key), undefined);
  }

  /** All values whose key begins with `prefix`. @param {string} prefix @returns {Promise<any[]>} */
  async all(prefix) {
    /** @type {IDBRequest<IDBValidKey[]> | undefined} */
    let keys;
    const values = await this.#read((kv) => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      keys = kv.getAllKeys(range);
      return kv.getAll(range);
    }, []);
    const found = new Map(values.map((value, index) => [String(keys?.result[index]), value]));
    for (const [key, value] of this.#held) if (key.startsWith(prefix)) found.set(key, value);
    return [...found.values()];
  }

  /**
   * Whether the value lasts as long as the rest: false where a database that kept the rest had no room for it.
   *
   * @param {string} key
   * @param {unknown} value
   */
  async set(key, value) {
    if (this.#isGone) {
      this.#held.set(key, value);
      return true;
    }
    try {
      await this.#run('readwrite', (kv) => kv.put(value, key));
      this.#held.delete(key);
      if (this.trouble === 'full') this.trouble = null;
      return true;
    } catch (error) {
      this.#failed(error);
      this.#held.set(key, value);
      return false;
    }
  }

  /** Fails if the value may still be in the database. @param {string} key */
  async delete(key) {
    this.#held.delete(key);
    await this.#erase((kv) => kv.delete(key));
  }

  /** Fails if anything may still be in the database. */
  async clear() {
    this.#held.clear();
    await this.#erase((kv) => kv.clear());
  }

  close() {
    this.#db?.close();
    this.#db = null;
  }

  /** Nothing more is asked of the database; `full` is no reason for that, since it still reads. */
  get #isGone() {
    return this.trouble === 'none' || this.trouble === 'mute';
  }

  /**
   * @template T
   * @param {(kv: IDBObjectStore) => IDBRequest<T>} act
   * @param {T} otherwise what there is without a database
   */
  async #read(act, otherwise) {
    if (this.#isGone) return otherwise;
    try {
      return await this.#run('readonly', act);
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  /** @param {(kv: IDBObjectStore) => IDBRequest<undefined>} act */
  async #erase(act) {
    // Where there never was a database nothing lies in it.
    if (this.#never) return;
    try {
      await this.#run('readwrite', act);
    } catch (error) {
      this.#failed(error);
      // What could not be erased must not be read either.
      if (this.trouble === 'full') this.trouble = 'none';
      throw error;
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'TimeoutError') this.trouble = 'mute';
    else this.trouble = name === 'QuotaExceededError' ? 'full' : 'none';
  }

  /**
   * One transaction; on a database that the browser has closed meanwhile, opened again.
   *
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(kv: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T>}
   */
  async #run(mode, act) {
    try {
      return await this.#transact(await this.#database(), mode, act);
    } catch (error) {
      if (!(error instanceof DOMException && REOPEN.has(error.name))) throw error;
      this.close();
      return this.#transact(await this.#database(), mode, act);
    }
  }

  async #database() {
    this.#db ??= await this.#answered(opening(this.#name, () => (this.#db = null)));
    return this.#db;
  }

  /**
   * Resolves when the transaction is on disk, so a caller that goes on may rely on it.
   *
   * @template T
   * @param {IDBDatabase} db
   * @param {IDBTransactionMode} mode
   * @param {(kv: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T>}
   */
  #transact(db, mode, act) {
    /** @type {Promise<T>} */
    const done = new Promise((resolve, reject) => {
      const transaction = db.transaction('kv', mode);
      const request = act(transaction.objectStore('kv'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error ?? request.error);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
    return this.#answered(done);
  }

  /**
   * What `asked` gives; nobody waits for it longer than `PATIENCE`, nor for anything else until it came after all.
   *
   * @template T
   * @param {Promise<T>} asked
   * @returns {Promise<T>}
   */
  #answered(asked) {
    const late = () => {
      if (this.trouble === 'mute') this.trouble = null;
    };
    asked.then(late, late);
    return within(asked, PATIENCE);
  }
}

/** What a database that was closed under us answers. */
const REOPEN = new Set(['InvalidStateError', 'AbortError', 'UnknownError']);

/**
 * @param {string} name
 * @param {() => void} onClosed
 * @returns {Promise<IDBDatabase>}
 */
function opening(name, onClosed) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('kv');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = onClosed;
      // Somebody wants to delete or change it: as long as it is held here they would wait.
      db.onversionchange = () => {
        db.close();
        onClosed();
      };
      resolve(db);
    };
  });
}
