/** A small key-value store in IndexedDB. It keeps CryptoKeys as they are, never their bytes. */

/** Opens the store called `name`, making it if need be. */
export async function openStore(name) {
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('kv');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return new Store(db);
}

/** As `openStore`; where the browser keeps nothing (a private window, a blocked frame), a store for this page only. */
export async function openStoreOrMemory(name) {
  try {
    return await openStore(name);
  } catch {
    return new MemoryStore();
  }
}

class Store {
  #db;

  /** Whether what is kept outlasts this page. */
  lasts = true;

  constructor(db) {
    this.#db = db;
  }

  get(key) {
    return this.#run('readonly', (kv) => kv.get(key));
  }

  /** All values whose key begins with `prefix`. */
  all(prefix) {
    return this.#run('readonly', (kv) => kv.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
  }

  set(key, value) {
    return this.#run('readwrite', (kv) => kv.put(value, key));
  }

  delete(key) {
    return this.#run('readwrite', (kv) => kv.delete(key));
  }

  clear() {
    return this.#run('readwrite', (kv) => kv.clear());
  }

  close() {
    this.#db.close();
  }

  /** Resolves when the transaction is on disk, so a caller that goes on may rely on it. */
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

/** As `Store`, for as long as this page is open. */
class MemoryStore {
  #values = new Map();

  lasts = false;

  async get(key) {
    return this.#values.get(key);
  }

  async all(prefix) {
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value);
  }

  async set(key, value) {
    this.#values.set(key, value);
  }

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
