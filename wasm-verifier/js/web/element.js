/**
 * `<licence-verifier>`: verifies licence codes in any page, with one tag. See README.md for attributes and events.
 *
 * Importing this file defines the element. In Node nothing happens, so that pages rendered on a server may import it.
 */
import { Framed } from './element/framed.js';
import { Inline } from './element/inline.js';
import { Panel } from './element/panel.js';
import * as views from './element/views.js';
import { loadVerifier } from './element/modules.js';
import { readSettings, SettingError } from './element/settings.js';
import { VERSION } from './release.js';
import { problem } from './shared/obstacle.js';
import { languageOf, Words } from './shared/words.js';

const TAG = 'licence-verifier';

const TEXTS = { 'zh-CN': () => import('./i18n/zh-CN.js'), en: () => import('./i18n/en.js') };

/** A change of these begins anew: they say who is believed and where that happens. */
const FUNDAMENTAL = ['trust-url', 'roots-url', 'roots-integrity', 'mode'];

export class LicenceVerifier extends (globalThis.HTMLElement ?? class {}) {
  static version = VERSION;
  static observedAttributes = [
    ...FUNDAMENTAL,
    'scene',
    'audience',
    'rp',
    'unit',
    'lang',
    'theme',
    'max-age',
    'autohide',
    'offline',
    'continuous',
  ];

  #panel = null;
  #driver = null;
  #roots = null;
  #begun = Promise.resolve();
  /** Counts beginnings; what an earlier one was still waiting for is void. */
  #run = 0;
  #awaitsBegin = false;
  #prefersDark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

  /** The public root file (object or text) that this page pins; null: see `roots-url`. */
  get roots() {
    return this.#roots;
  }

  set roots(roots) {
    const text = roots === null || roots === undefined || typeof roots === 'string' ? (roots ?? null) : JSON.stringify(roots);
    if (text === this.#roots) return;
    this.#roots = text;
    this.#beginSoon();
  }

  /** Opens the camera. */
  async start() {
    await this.#begun;
    await this.#driver?.start();
  }

  /** Closes the camera. */
  async stop() {
    await this.#begun;
    await this.#driver?.stop();
  }

  /** The verdicts on a code's text or on all codes in a picture (a Blob). */
  async verify(input) {
    if (typeof input !== 'string' && !(input instanceof Blob)) throw new TypeError('verify takes a string or a Blob');
    await this.#begun;
    if (!this.#driver) throw new Error('this verifier could not begin; its error event said why');
    return this.#driver.verify(input);
  }

  /** Clears the screen for the next person. */
  async reset() {
    await this.#begun;
    await this.#driver?.reset();
  }

  connectedCallback() {
    // Set before the element was defined, it would hide the accessor.
    if (Object.hasOwn(this, 'roots')) {
      const { roots } = this;
      delete this.roots;
      this.roots = roots;
    }
    this.#prefersDark.addEventListener('change', this.#colour);
    this.#beginSoon();
  }

  disconnectedCallback() {
    this.#prefersDark.removeEventListener('change', this.#colour);
    this.#run += 1;
    this.#driver?.dispose();
    this.#driver = null;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (FUNDAMENTAL.includes(name)) this.#beginSoon();
    else if (name === 'lang') this.#reword();
    else this.#changed();
  }

  /** Once for all that is changed in one go, and not before the parser has read the children. */
  #beginSoon() {
    if (!this.isConnected || this.#awaitsBegin) return;
    this.#awaitsBegin = true;
    const parsed =
      document.readyState === 'loading'
        ? new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
        : Promise.resolve();
    this.#begun = parsed.then(() => {
      this.#awaitsBegin = false;
      return this.isConnected ? this.#begin() : undefined;
    });
  }

  async #begin() {
    this.#run += 1;
    const run = this.#run;
    const isVoid = () => run !== this.#run;
    this.#driver?.dispose();
    this.#driver = null;
    const words = await this.#loadWords();
    if (isVoid()) return;
    this.#panel ??= new Panel(this, () => readSettings(this));
    const panel = this.#panel;
    panel.words = words;
    panel.foot('', false);
    panel.tell('');
    this.#name();
    let settings;
    try {
      settings = readSettings(this);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      this.#refuse('USAGE', words.t(error.key, { name: error.attribute }));
      return;
    }
    panel.show(views.loading(words));
    if (settings.mode === 'iframe') {
      this.#driver = new Framed(panel, { instead: false });
      return;
    }
    const { Verifier, classify, error, byPolicy } = await loadVerifier();
    if (isVoid()) return;
    if (Verifier) this.#driver = new Inline(panel, { Verifier, classify });
    else if (byPolicy && settings.mode === 'auto') this.#driver = new Framed(panel, { instead: true });
    else if (byPolicy) this.#refuse('BLOCKED', words.t('widget.blocked_inline'), error);
    else this.#refuse('NO_MODULE', words.t('scan.no_module'), error);
  }

  #refuse(code, message, cause) {
    this.#panel.show(problem(this.#panel.words, { title: message, details: cause ? String(cause) : '' }));
    this.#panel.emit('error', { code, message });
  }

  async #loadWords() {
    const lang = languageOf(this.lang || this.closest('[lang]')?.lang);
    return new Words(lang, (await TEXTS[lang]()).default);
  }

  async #reword() {
    // The first beginning may have chosen its words already.
    if (!this.#panel) return this.#beginSoon();
    const run = this.#run;
    const words = await this.#loadWords();
    if (run !== this.#run) return undefined;
    this.#panel.words = words;
    return this.#changed();
  }

  #changed() {
    if (!this.#panel || !this.isConnected) return;
    this.#name();
    try {
      readSettings(this);
    } catch {
      // A wrong value is told by beginning with it.
      this.#beginSoon();
      return;
    }
    if (this.#driver) this.#driver.changed();
    else this.#beginSoon();
  }

  #name() {
    this.#colour();
    this.#panel.name(this.getAttribute('unit') ?? this.#panel.words.t('verify.title'));
  }

  #colour = () => {
    const theme = this.getAttribute('theme');
    this.#panel?.dark(theme === 'dark' || (theme === 'auto' && this.#prefersDark.matches));
  };
}

if (globalThis.customElements && !customElements.get(TAG)) customElements.define(TAG, LicenceVerifier);
