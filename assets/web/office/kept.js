/**
 * What was typed and not saved, kept in this browser under the account that typed it: a reload or a lost session loses
 * nothing, and who comes next at the same machine sees nothing of it.
 */

const PREFIX = 'lz.office.draft.';

/** @typedef {{ body: any, etag: string | null, at: number }} Kept `at` in unix milliseconds, by this device's clock */

/**
 * Kept until it is saved, over a power cut, too: entries of the catalogue, which hold no personal data.
 *
 * @param {string} account
 * @param {string} what which form
 */
export const keptAs = (account, what) => keptIn(() => localStorage, account, what);

/**
 * The same for what names persons: it is kept for this tab only, and goes with it.
 *
 * @param {string} account
 * @param {string} what
 */
export const keptHere = (account, what) => keptIn(() => sessionStorage, account, what);

/**
 * @param {() => Storage} store asked each time: where storage is switched off, even looking at it throws
 * @param {string} account
 * @param {string} what
 */
function keptIn(store, account, what) {
  const name = `${PREFIX}${account}.${what}`;
  return {
    /** @returns {Kept | null} */
    read() {
      try {
        return JSON.parse(store().getItem(name) ?? 'null');
      } catch {
        return null;
      }
    },
    /** Whether it was kept. @param {any} body @param {string | null} [etag] */
    write(body, etag = null) {
      try {
        store().setItem(name, JSON.stringify({ body, etag, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    },
    drop() {
      try {
        store().removeItem(name);
      } catch {
        // Storage is switched off in this browser: there is nothing to drop.
      }
    },
  };
}

/** The forms this account has left unsaved. @param {string} account @returns {string[]} */
export function keptBy(account) {
  try {
    const own = `${PREFIX}${account}.`;
    return Object.keys(localStorage).filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
  } catch {
    return [];
  }
}

/** Forgets what names persons: whoever comes next on this device must not find it. What `account` typed stays. */
export function forgetHere(account = '') {
  try {
    const others = Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX) && !(account && one.startsWith(`${PREFIX}${account}.`)));
    for (const name of others) sessionStorage.removeItem(name);
  } catch {
    // There is nothing to forget.
  }
}
