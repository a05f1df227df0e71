/**
 * Receipts of what staff scanned: kept on this device at once, handed in when there is a network and the result has left the
 * screen, and each of them once. Somebody else's, from before another logged in here, wait for their own staff.
 */
import { call, isProblem, Problem } from '../page/client.js';
import { today } from '../page/clock.js';

/**
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 * @typedef {import('../page/api-types.d.ts').components['schemas']['ReceiptBody']} ReceiptBody
 *
 * @typedef {object} Kept one receipt, as it lies in the store
 * @property {string} account whose it is
 * @property {ReceiptBody} body
 * @property {string} page the page that has it on the screen; '' once it has left that
 * @property {string} refused why the server does not take it; '' if it has not said so
 */

const PREFIX = 'receipt ';
const TODAY = 'today';

/** Receipts in one request: the server takes 500, and no more than 256 KB, of which words of doubt may be the most. */
const BATCH = 100;

/** One page hands in at a time: two would send the same. */
const LOCK = 'lz-verify-receipts';

/** This page, and that it is there: what a page that is gone had on its screen has left it. */
const PAGE = `lz-verify-page ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;

export class Receipts {
  #store;
  #changed;

  /**
   * @param {import('../shared/store.js').Store} store
   * @param {() => void} changed how many there are
   */
  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
    navigator.locks?.request(PAGE, () => new Promise(() => undefined));
  }

  /** Counts one scan of today. */
  async count() {
    const day = today();
    const before = await this.#store.get(TODAY);
    await this.#store.set(TODAY, { day, n: (before?.day === day ? before.n : 0) + 1 });
    this.#changed();
  }

  /** How many were scanned today, and how many receipts wait, or are not taken. */
  async tally() {
    const before = await this.#store.get(TODAY);
    const all = await this.#all();
    return {
      today: before?.day === today() ? before.n : 0,
      waiting: all.filter(({ refused }) => refused === '').length,
      refused: all.filter(({ refused }) => refused !== '').length,
    };
  }

  /**
   * The receipt of a verdict that is shown now.
   *
   * @param {Verdict} verdict
   * @param {string} account
   * @param {string | null} matter
   */
  async open(verdict, account, matter) {
    const { licence, scene, token, status, trust } = verdict;
    /** @type {ReceiptBody} */
    const body = {
      id: freshId(),
      at: verdict.checked_at,
      verdict: verdict.verdict,
      code: verdict.code,
      scene: scene?.code ?? null,
      licence: licence?.identifier ?? null,
      token: token?.jti ?? null,
      status_as_of: status?.as_of ?? null,
      trust_version: trust?.version ?? null,
      matter,
      compared: false,
      logged: false,
    };
    const receipt = new Receipt(this.#store, { account, body, page: PAGE, refused: '' }, this.#changed);
    await receipt.save();
    return receipt;
  }

  /** Hands in those of `account` that have left the screen. @param {string} account */
  handIn(account) {
    const work = () => this.#handIn(account);
    return navigator.locks ? navigator.locks.request(LOCK, work) : work();
  }

  /** @param {string} account */
  async #handIn(account) {
    const shown = await pages();
    const ready = (await this.#all()).filter((kept) => kept.account === account && kept.refused === '' && !shown.has(kept.page));
    for (let at = 0; at < ready.length; at += BATCH) await this.#send(ready.slice(at, at + BATCH));
    this.#changed();
  }

  /** @param {Kept[]} batch */
  async #send(batch) {
    try {
      await call('POST', '/scans', { scans: batch.map(({ body }) => body) });
      for (const { body } of batch) await this.#store.delete(PREFIX + body.id);
    } catch (error) {
      // All of a batch are taken, or none: what is wrong with some must not keep the others.
      const wrong = refusedIn(error);
      if (wrong.size === 0) throw error;
      for (const [at, why] of wrong) await this.#store.set(PREFIX + batch[at].body.id, { ...batch[at], refused: why });
      const others = batch.filter((_, at) => !wrong.has(at));
      if (others.length > 0) await this.#send(others);
    }
  }

  /** @returns {Promise<Kept[]>} */
  #all() {
    return this.#store.all(PREFIX);
  }
}

/** One that is on the screen: what is noted there goes into it. */
export class Receipt {
  #store;
  #kept;
  #changed;
  /** What must be known before it is handed in. @type {Promise<unknown>} */
  #awaited = Promise.resolve();

  /**
   * @param {import('../shared/store.js').Store} store
   * @param {Kept} kept
   * @param {() => void} changed
   */
  constructor(store, kept, changed) {
    this.#store = store;
    this.#kept = kept;
    this.#changed = changed;
  }

  async save() {
    await this.#store.set(PREFIX + this.#kept.body.id, this.#kept);
    this.#changed();
  }

  /** @param {Partial<Pick<ReceiptBody, 'compared' | 'logged' | 'doubt'>>} noted */
  async note(noted) {
    Object.assign(this.#kept.body, noted);
    await this.save();
  }

  /** Whether the server has logged it by itself is known once `logged` is. @param {Promise<boolean>} logged */
  awaits(logged) {
    this.#awaited = logged.then((is) => (is ? this.note({ logged: true }) : undefined));
  }

  /** It has left the screen. */
  async close() {
    await this.#awaited;
    this.#kept.page = '';
    await this.save();
  }
}

/** By place in the batch, why it is refused; empty if that is not what went wrong. @param {unknown} error @returns {Map<number, string>} */
function refusedIn(error) {
  /** @type {Map<number, string>} */
  const wrong = new Map();
  if (!isProblem(error, 422) || !(error instanceof Problem)) return wrong;
  for (const { pointer, detail } of error.body.errors ?? []) {
    const [, at] = /^\/scans\/(\d+)\//.exec(pointer) ?? [];
    if (at !== undefined) wrong.set(Number(at), detail);
  }
  return wrong;
}

/** The pages of this device that are open. */
async function pages() {
  const locks = (await navigator.locks?.query())?.held ?? [{ name: PAGE }];
  return new Set(locks.map(({ name }) => name));
}

/** 128 random bits, base64url. */
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
