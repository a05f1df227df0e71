/**
 * Verifying in this very page: a desk in the element's panel, with the lists it verifies by. Nothing leaves the page but
 * requests for signed lists.
 */
import { Desk } from '../shared/desk.js';
import { problem } from '../shared/obstacle.js';
import { verdictCard } from '../shared/verdict.js';
import { VERSION } from '../release.js';
import { Lists } from './lists.js';
import { RootsError } from './roots.js';
import * as views from './views.js';

/** Milliseconds between two looks for newer lists: the life the server gives a status list is of this size. */
const RENEW_EVERY = 300_000;

export class Inline {
  #panel;
  #lists;
  #desk;
  #ready;
  #renewing = null;
  /** What was told of the scene last. */
  #sceneTold = '';
  #gone = false;

  /** `Verifier` and `classify` are the verifier module's. */
  constructor(panel, { Verifier, classify }) {
    this.#panel = panel;
    this.#lists = new Lists(panel, Verifier);
    this.#desk = new Desk(this.#surface(), this.#lists, {
      classify,
      loadScanner: () => import('../scanner.js'),
      loadMaker: () => import('../wallet.js'),
    });
    this.#ready = this.#begin();
  }

  start() {
    return this.#desk.start();
  }

  stop() {
    return this.#desk.stop();
  }

  /**
   * The verdicts on a code's text, or on every licence code in a picture; none if there is none in it, or if the screen went
   * to something newer while it was read.
   */
  async verify(input) {
    if (!(await this.#ready)) throw new Error(this.#panel.words.t('verify.no_lists'));
    return typeof input === 'string' ? this.#desk.take([input], 'call') : this.#desk.read(input, 'call');
  }

  reset() {
    return this.#desk.reset();
  }

  /** Language or an attribute has changed. */
  changed() {
    if (this.#gone) return;
    this.#tellScene();
    this.#desk.changed();
    this.#lists.drawFoot();
  }

  dispose() {
    this.#gone = true;
    this.#desk.dispose();
    clearInterval(this.#renewing);
    this.#lists.close();
  }

  /** The panel, as a desk sees it. */
  #surface() {
    const panel = this.#panel;
    return {
      element: panel.element,
      get words() {
        return panel.words;
      },
      get hasFocus() {
        return panel.hasFocus;
      },
      settings: panel.settings,
      opened: () => this.#ready,
      show: (view) => panel.show(view),
      tell: (message) => this.#tell(message),
      focus: (selector) => panel.focus(selector),
      emit: (name, detail) => panel.emit(name, detail),
      ready: ({ asks }) =>
        views.ready(panel.words, {
          start: () => this.start(),
          chosen: (file) => this.#desk.read(file, 'picture'),
          pasted: (text) => this.#desk.pasted(text),
          asks,
        }),
      result: (shown) => this.#result(shown),
    };
  }

  #result({ judged, again, countdown, camera }) {
    const panel = this.#panel;
    const renewable = !panel.settings().offline && judged.some(({ verdict }) => verdict.verdict === 'undetermined');
    const cards = judged.map(({ code, verdict }) => {
      const card = verdictCard(verdict, code, panel.words, { hint: this.#lists.hint(verdict) });
      card.setAttribute('part', 'verdict');
      return card;
    });
    const renew = renewable ? () => again({ renew: () => this.#sync() }) : null;
    return views.results(panel.words, cards, { next: () => this.reset(), renew, countdown, camera });
  }

  /** True once codes can be judged. */
  async #begin() {
    const panel = this.#panel;
    this.#desk.show(() => views.loading(panel.words));
    try {
      const pinned = await this.#lists.open();
      this.#tell();
      await this.#sync();
      if (this.#gone) return false;
      if (!this.#lists.any) return this.#cannotBegin('NO_LISTS', this.#lists.trouble() || panel.words.t('verify.no_lists'));
      this.#renewing = setInterval(() => this.#sync(), RENEW_EVERY);
      this.#tellScene();
      await this.#desk.begin();
      if (this.#gone) return false;
      panel.emit('ready', { version: VERSION, mode: 'inline', pinned });
      return true;
    } catch (error) {
      if (this.#gone) return false;
      if (error instanceof RootsError) return this.#cannotBegin('ROOTS', panel.words.t('widget.no_roots'));
      if (error.texts) return this.#cannotBegin(error.code, panel.words.pick(error.texts));
      return this.#cannotBegin('FAILED', panel.words.t('verify.failed'), error);
    }
  }

  #cannotBegin(code, title, cause) {
    const retry = () => {
      this.#ready = this.#begin();
    };
    this.#desk.show(() => problem(this.#panel.words, { title, retry }));
    this.#panel.emit('error', { code, message: title });
    if (cause) console.error(cause);
    return false;
  }

  /** Newer lists, if they can be had; without a network those held still serve, and their age is told. */
  async #sync() {
    if (!this.#panel.settings().offline) {
      const trouble = await this.#lists.sync();
      if (this.#gone) return;
      this.#tell(trouble?.message);
      if (trouble?.code) this.#panel.emit('error', trouble);
    }
    this.#lists.drawFoot();
  }

  #tell(message = '') {
    this.#panel.tell(this.#lists.beside(message));
  }

  /** Whoever wrote the page should see it at once, and not by a desk where every code is of another scene. */
  #tellScene() {
    const message = this.#lists.sceneTrouble();
    if (message === this.#sceneTold) return;
    this.#sceneTold = message;
    if (message !== '') this.#panel.emit('error', { code: 'SCENE', message });
    this.#tell();
  }
}
