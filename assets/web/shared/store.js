/** A small key-value store in IndexedDB. It keeps CryptoKeys as they are, never their bytes. */

/**
 * What both stores can do. Values are whatever the caller put in.
 *
 * @typedef {object} KeyValueStore
 * @property {boolean} lasts whether what is kept outlasts this page
 * @property {(key: string) => Promise<any>} get
 * @property {(prefix: string) => Promise<any[]>} all all values whose key begins with `prefix`
 * @property {(key: string, value: unknown) => Promise<unknown>} set
 * @property {(key: string) => Promise<unknown>} delete
 * @property {() => Promise<unknown>} clear
 * @property {() => void} close
 */

/**
 * Opens the store called `name`, making it if need be.
 *
 * @param {string} name
 * @returns {Promise<KeyValueStore>}
 */
export async function openStore(name) {
  /** @type {IDBDatabase} */
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('kv');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return new Store(db);
}

/** As `openStore`; where the browser keeps nothing (a private window, a blocked frame), a store for this page only. @param {string} name */
export async function openStoreOrMemory(name) {
  try {
    return await openStore(name);
  } catch {
    return new MemoryStore();
  }
}

/** @implements {KeyValueStore} */
class Store {
  #db;

  lasts = true;

  /** @param {IDBDatabase} db */
  constructor(db) {
    this.#db = db;
  }

  /** @param {string} key */
  get(key) {
    return this.#run('readonly', (kv) => kv.get(key));
  }

  /** @param {string} prefix */
  all(prefix) {
    return this.#run('readonly', (kv) => kv.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  set(key, value) {
    return this.#run('readwrite', (kv) => kv.put(value, key));
  }

  /** @param {string} key */
  delete(key) {
    return this.#run('readwrite', (kv) => kv.delete(key));
  }

  clear() {
    return this.#run('readwrite', (kv) => kv.clear());
  }

  close() {
    this.#db.close();
  }

  /**
   * Resolves when the transaction is on disk, so a caller that goes on may rely on it.
   *
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(kv: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T>}
   */
  #run(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.#db.transaction('kv', mode);
      const request = act(transaction.objectStore('kv'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/**
 * As `Store`, for as long as this page is open.
 *
 * @implements {KeyValueStore}
 */
class MemoryStore {
  /** @type {Map<string, any>} */
  #values = new Map();

  lasts = false;

  /** @param {string} key */
  async get(key) {
    return this.#values.get(key);
  }

  /** @param {string} prefix */
  async all(prefix) {
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value);
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  async set(key, value) {
    this.#values.set(key, value);
  }

  /** @param {string} key */
  async delete(key) {
    this.#values.delete(key);
  }

  async clear() {
    this.#values.clear();
  }

  close() {
    this.#values.clear();
  }
}
