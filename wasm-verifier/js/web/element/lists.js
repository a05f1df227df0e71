/** The signed lists that an element verifies by, and words for their state. */
import { openStore } from '../shared/store.js';
import { clockHint, clockTrouble, syncTrouble } from '../shared/trouble.js';
import { TrustStore } from '../shared/trust.js';
import { VERSION } from '../release.js';
import { rootsFor } from './roots.js';
import { STORE } from './settings.js';

export const now = () => Math.floor(Date.now() / 1000);

export class Lists {
  #panel;
  #Verifier;
  #store = null;
  #trust = null;

  constructor(panel, Verifier) {
    this.#panel = panel;
    this.#Verifier = Verifier;
  }

  /** Loads what is kept, and gives whether the page pinned the roots. */
  async open() {
    this.#store ??= await openStore(STORE);
    const settings = this.#panel.settings();
    const { text: roots, pinned } = await rootsFor(settings, this.#store);
    const key = `kept ${settings.server} ${roots ?? ''}`;
    this.#trust = new TrustStore(this.#store, this.#Verifier, { server: settings.server, roots, key });
    await this.#trust.load();
    return pinned;
  }

  close() {
    this.#store?.close();
  }

  /** Fetches newer ones. Null, or the words for what stood in the way and, if a list was refused, its code. */
  async sync() {
    try {
      await this.#trust.sync(now());
      return null;
    } catch (error) {
      const refused = [error, ...(error.failures ?? []).map((failure) => failure.error)].find(({ texts }) => texts);
      return { message: syncTrouble(error, this.#trust, this.#panel.words), code: refused?.code ?? null };
    }
  }

  get any() {
    return this.#trust.freshness(now()) !== null;
  }

  /** The scenes that the catalogues name. */
  get scenes() {
    return this.#trust.verifier?.held().scenes ?? [];
  }

  verify(code, options, maxAge) {
    return this.#trust.verify(code, options, maxAge);
  }

  /** What to do about `verdict`, if this device's clock may have made it; else empty. */
  hint(verdict) {
    return clockHint(verdict, this.#trust, this.#panel.words);
  }

  /** What makes every verdict wrong for as long as it lasts; empty if nothing does. */
  trouble() {
    const { words } = this.#panel;
    return [clockTrouble(this.#trust, words), this.sceneTrouble()].filter(Boolean).join(' ');
  }

  /** That lists fetched here do not outlast the page, and why; empty while they do. */
  storageTrouble() {
    const trouble = this.#store?.trouble ?? null;
    return trouble === null ? '' : this.#panel.words.t(`widget.store_${trouble}`);
  }

  /** What is told in passing, with what is wrong for longer beside it. */
  beside(message) {
    const lasting = this.trouble();
    return [message.includes(lasting) ? '' : lasting, message, this.storageTrouble()].filter(Boolean).join(' ');
  }

  /** The page asks for a scene or a class that no catalogue names: misspelt, most likely. */
  sceneTrouble() {
    const { words } = this.#panel;
    const { scene, audience } = this.#panel.settings();
    const { scenes } = this;
    if (scenes.length === 0) return '';
    if (scene !== null && !scenes.some(({ code }) => code === scene)) {
      return words.t('widget.unknown_value', { name: 'scene', value: scene, known: scenes.map(({ code }) => code).join(' ') });
    }
    if (audience !== null && !scenes.some((one) => one.audience === audience)) {
      const known = [...new Set(scenes.map((one) => one.audience))].join(' ');
      return words.t('widget.unknown_value', { name: 'audience', value: audience, known });
    }
    return '';
  }

  /** How old the lists are, below whatever is shown. */
  drawFoot() {
    const { words } = this.#panel;
    const freshness = this.#trust?.freshness(now());
    const chip = freshness
      ? words.t(freshness.old ? 'verify.chip_old' : 'verify.chip_ready', { span: words.span(freshness.age) })
      : words.t('verify.chip_none');
    const server = new URL(this.#panel.settings().server).host;
    this.#panel.foot(`${words.t('widget.footer', { server, version: VERSION })} · ${chip}`, freshness?.old ?? true);
  }
}
