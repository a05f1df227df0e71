/**
 * A code that renews itself, and never outlives itself on the screen.
 *
 * Two sources: `Online` asks the server for the next token of an open show (profile S); `Offline` lets the phone's own
 * key sign a fresh proof for a grant (profile H). Both give `{text, life, refreshAt, deadAt, endsAt, era}`: unix seconds, and
 * the clock's era in which they can be told. A source's own `endsAt` is the end of all its codes.
 */
import { NoNetwork, Problem } from '../page/client.js';
import { clockEra, now, nowMs } from '../page/clock.js';
import * as api from './api.js';

/**
 * @typedef {import('./types.d.ts').Code} Code
 * @typedef {import('./types.d.ts').Schemas} Schemas
 */

/** A phone makes a new proof this often: half of the ±60 s a verifier allows, so a slow clock still passes. */
const PROOF_EVERY = 30;

/** From here on a verifier may refuse a proof (core/README.md, "Show token, grant, proof"). */
const PROOF_LIFE = 60;

/** Seconds one PIN keeps a show open, as on the server (docs/API-DESIGN.md, "Limits"). */
const OPEN_FOR = 300;

/** The code is taken off the screen this early: a token is dead at `expires_at`, and our clock may be 1 s off. */
const MARGIN_MS = 1000;

/** How long to wait after a refresh failed for lack of a network. */
const RETRY_MS = 2000;

/** The server's tokens for one show. */
export class Online {
  kind = /** @type {const} */ ('online');
  /** @type {Schemas['Shown'] | null} */
  #opened;

  #life;

  /**
   * @param {Schemas['Shown']} opened the answer of `openShow`, whose token is the first code
   * @param {number} life of each code, in seconds
   */
  constructor(opened, life) {
    this.#life = life;
    this.#opened = opened;
    this.show = opened.show;
    this.endsAt = opened.show_expires_at;
  }

  /** @returns {Promise<Code>} */
  async next() {
    const reply = this.#opened ?? (await api.refreshShow(this.show));
    this.#opened = null;
    // The server's times; its answer may just have told how far off the clock is.
    const { qr_text: text, refresh_at: refreshAt, expires_at: deadAt, show_expires_at: endsAt } = reply;
    return { text, life: this.#life, refreshAt, deadAt, endsAt, era: clockEra() };
  }

  async end() {
    await api.endShow(this.show).catch(() => undefined);
  }
}

/**
 * The phone's own proofs for a grant; `answer` is the challenge they answer, if there is one. They end with the grant,
 * and no later than `endsAt`: the PIN opens a code for as long as it would online.
 */
export class Offline {
  kind = /** @type {const} */ ('offline');

  /**
   * @param {{
   *   kept: import('./types.d.ts').Kept,
   *   key: CryptoKey,
   *   wallet: import('./types.d.ts').WalletModule,
   *   answer?: import('./types.d.ts').Challenge | null,
   *   endsAt?: number,
   * }} given
   */
  constructor({ kept, key, wallet, answer = null, endsAt = now() + OPEN_FOR }) {
    this.kept = kept;
    this.key = key;
    this.wallet = wallet;
    this.answer = answer;
    this.endsAt = Math.min(kept.expiresAt, endsAt);
  }

  /** @returns {Promise<Code>} */
  async next() {
    const iat = now();
    const era = clockEra();
    if (iat >= this.endsAt) throw new Over();
    const options = this.answer
      ? { audience: this.answer.proof_audience, nonce: this.answer.nonce, iat }
      : { audience: this.kept.scene.audience, iat };
    const text = await this.wallet.show(this.kept.grant, this.key, options);
    const { endsAt } = this;
    const [refreshAt, deadAt] = [PROOF_EVERY, PROOF_LIFE].map((life) => Math.min(iat + life, endsAt));
    return { text, life: PROOF_LIFE, refreshAt, deadAt, endsAt, era };
  }

  async end() {}
}

/** Nothing more comes from this source. */
export class Over extends Error {}

/**
 * Keeps one code alive. `on` is told of `{code}` (draw it; it answers when that is done), `{hidden}` (take it away:
 * `background`, `no-network`, or `renewing` while another is to come), `{offline}` (why no other could be had), `{waiting}`
 * (nor for so many seconds), `{tick}` (seconds to the next code, seconds to the end), `{over}` (ask for the PIN again)
 * and `{problem}`.
 */
export class LiveCode {
  #source;
  #on;
  /** @type {Code | null} */
  #code = null;
  #drawn = false;
  #busy = false;
  /** The last request gave none: another is tried, though the code before may not be due yet. */
  #missed = false;
  /** By the timer, not the clock: that may be set back while this waits. */
  #notBefore = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer = undefined;

  /**
   * @param {import('./types.d.ts').Source} source
   * @param {(event: import('./types.d.ts').CodeEvent) => Promise<void>} on
   */
  constructor(source, on) {
    this.#source = source;
    this.#on = on;
  }

  get source() {
    return this.#source;
  }

  async start() {
    document.addEventListener('visibilitychange', this.#visibility);
    this.#timer = setInterval(() => this.#tick(), 250);
    await this.refresh();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    document.removeEventListener('visibilitychange', this.#visibility);
    this.#hide('renewing');
    this.#code = null;
  }

  /** Fetches the next code now. */
  async refresh() {
    if (this.#busy) return;
    this.#busy = true;
    const [before, drawn] = [this.#code, this.#drawn];
    try {
      const code = await this.#source.next();
      if (this.#timer === undefined) return;
      this.#code = code;
      this.#missed = false;
      await this.#draw();
    } catch (error) {
      if (this.#timer === undefined) return;
      // What could not be drawn is not on the screen: the code before it may be, and dies when it always would have.
      this.#code = before;
      this.#drawn &&= drawn;
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const status = error instanceof Problem ? error.status : 0;
    // A server that stumbles is, for a moment, no server.
    if (error instanceof NoNetwork || status >= 500) {
      this.#notBefore = performance.now() + RETRY_MS;
      this.#missed = true;
      this.#on({ offline: error });
      return;
    }
    if (error instanceof Problem && status === 429) {
      const waiting = error.retryAfter ?? 1;
      this.#notBefore = performance.now() + waiting * 1000;
      this.#on({ waiting });
      return;
    }
    this.stop();
    if (error instanceof Over || status === 410) this.#on({ over: true });
    else this.#on({ problem: error });
  }

  async #draw() {
    if (document.visibilityState === 'hidden' || !this.#code) return;
    this.#drawn = true;
    await this.#on({ code: this.#code });
    this.#tick();
  }

  /** @param {NonNullable<import('./types.d.ts').CodeEvent['hidden']>} reason */
  #hide(reason) {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#on({ hidden: reason });
  }

  /** The code, if its times can still be told: they cannot once the clock was set, and such a code is not shown. */
  #timed() {
    return this.#code?.era === clockEra() ? this.#code : null;
  }

  #tick() {
    if (this.#timer === undefined) return;
    const timed = this.#timed();
    const time = nowMs();
    if (!timed) this.#hide('renewing');
    else {
      const { refreshAt, deadAt, endsAt } = timed;
      if (time >= deadAt * 1000 - MARGIN_MS) this.#hide('no-network');
      if (time >= endsAt * 1000 - MARGIN_MS) {
        this.stop();
        this.#on({ over: true });
        return;
      }
      const left = Math.max(0, Math.ceil(((this.#drawn ? refreshAt : 0) * 1000 - time) / 1000));
      this.#on({ tick: { left, ends: Math.ceil((endsAt * 1000 - time) / 1000) } });
    }
    const due = !timed || this.#missed || time >= timed.refreshAt * 1000 - MARGIN_MS;
    if (due && performance.now() >= this.#notBefore && document.visibilityState !== 'hidden') this.refresh();
  }

  /** A code on a screen nobody looks at can be photographed by somebody else. */
  #visibility = () => {
    if (document.visibilityState === 'hidden') {
      this.#hide('background');
      return;
    }
    const timed = this.#timed();
    const alive = timed && nowMs() < timed.deadAt * 1000 - MARGIN_MS;
    if (alive) this.#draw().catch((error) => this.#failed(error));
    this.#tick();
  };
}
