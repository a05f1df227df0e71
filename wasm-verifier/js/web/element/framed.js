/**
 * Verifying in our own page inside a frame: where the host page's policy forbids the module, or where nothing of the host
 * (its scripts, its styles) shall reach the verdict. Host and frame speak through a port that only they have.
 */
import { el } from '../shared/dom.js';
import { problem } from '../shared/obstacle.js';
import { openStore } from '../shared/store.js';
import * as wedge from '../shared/wedge.js';
import { VERSION } from '../release.js';
import { isAllowed } from './origins.js';
import { rootsFor } from './roots.js';
import { STORE } from './settings.js';

/** The first message, the only one that goes through the windows. */
export const HELLO = 'liangzheng:hello';

/** Milliseconds the frame has for its answer once it is loaded, and for loading. */
const ANSWER = 4000;
const LOADING = 20_000;

/** Pixels: what the frame says of its height is believed within these. */
const [LOWEST, HIGHEST] = [80, 4000];

/** What of the settings the frame is told, beside the roots. It asks no other server than its own. */
const TOLD = ['scene', 'audience', 'rp', 'unit', 'maxAge', 'autohide', 'offline', 'continuous'];

export class Framed {
  #panel;
  #instead;
  #frame = null;
  #port = null;
  #timer;
  #roots = null;
  #calls = new Map();
  #next = 1;
  #ready;
  #settle;
  #gone = false;
  /** The page gets the keys of a hardware scanner, unless the frame has the focus. */
  #taker = null;

  /** `instead`: the page wanted it inline, which its policy forbids; that is said. */
  constructor(panel, { instead }) {
    this.#panel = panel;
    this.#instead = instead;
    this.#ready = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#taker = { element: panel.element, take: (text) => this.#port?.postMessage({ scanned: text }) };
    wedge.listen(this.#taker);
    document.addEventListener('securitypolicyviolation', this.#violation);
    this.#open();
  }

  start() {
    return this.#call('start');
  }

  stop() {
    return this.#call('stop');
  }

  reset() {
    return this.#call('reset');
  }

  verify(input) {
    return this.#call('verify', input);
  }

  changed() {
    this.#dress();
    this.#port?.postMessage({ settings: this.#told() });
  }

  dispose() {
    this.#gone = true;
    clearTimeout(this.#timer);
    wedge.ignore(this.#taker);
    document.removeEventListener('securitypolicyviolation', this.#violation);
    this.#port?.close();
    this.#frame?.remove();
    this.#settle(false);
    // The frame went with its port: what it was asked stays without an answer.
    for (const { reject } of this.#calls.values()) reject(this.#noFrame());
    this.#calls.clear();
  }

  async #open() {
    const { words } = this.#panel;
    const settings = this.#panel.settings();
    const { server } = settings;
    try {
      // Fetched here: the frame's policy lets it ask its own server only, and this page may have other leave.
      const store = await openStore(STORE);
      this.#roots = await rootsFor(settings, store);
      store.close();
    } catch {
      if (!this.#gone) this.#give('ROOTS', words.t('widget.no_roots'));
      return;
    }
    if (this.#gone) return;
    this.#frame = el('iframe', {
      allow: 'camera',
      sandbox: 'allow-scripts allow-same-origin allow-forms',
      part: 'frame',
      class: 'frame',
    });
    this.#frame.addEventListener('load', () => this.#hello(server), { once: true });
    this.#frame.src = `${server}/embed/${VERSION}/frame`;
    this.#panel.show(this.#frame);
    this.#dress();
    this.#timer = setTimeout(() => this.#blocked(), LOADING);
  }

  /** The words around the frame. */
  #dress() {
    const { t } = this.#panel.words;
    if (!this.#frame?.isConnected) return;
    this.#frame.title = t('widget.frame_title');
    this.#panel.tell(this.#instead ? t('widget.framed') : '');
  }

  /** The target origin keeps the port from whatever page else may stand in the frame. */
  #hello(server) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#heard(data);
    this.#frame.contentWindow.postMessage({ type: HELLO, settings: this.#told() }, server, [port2]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#blocked(), ANSWER);
  }

  #heard({ here, event, detail, height, reply, result, error }) {
    if (this.#gone) return;
    if (here) {
      clearTimeout(this.#timer);
      this.#settle(true);
    } else if (height) {
      this.#frame.style.height = `${Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(height)))}px`;
    } else if (reply) {
      const { resolve, reject } = this.#calls.get(reply) ?? {};
      this.#calls.delete(reply);
      if (error) reject?.(new Error(error));
      else resolve?.(result);
    } else if (event) {
      const { pinned } = this.#roots;
      this.#panel.emit(event, event === 'ready' ? { ...detail, mode: 'iframe', pinned } : detail);
    }
  }

  async #call(name, input) {
    if (!(await this.#ready) || this.#gone) throw this.#noFrame();
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#port.postMessage({ call: name, id, input });
    });
  }

  #noFrame() {
    return new Error(this.#panel.words.t('widget.blocked'));
  }

  #told() {
    const settings = this.#panel.settings();
    return {
      roots: this.#roots.text,
      ...Object.fromEntries(TOLD.map((name) => [name, settings[name]])),
      lang: this.#panel.words.lang,
      theme: this.#panel.element.getAttribute('theme'),
    };
  }

  #violation = ({ effectiveDirective, blockedURI }) => {
    const { server } = this.#panel.settings();
    if (/^(frame|child|default)-src/.test(effectiveDirective) && blockedURI.startsWith(server)) this.#blocked();
  };

  async #blocked() {
    if (this.#gone) return;
    clearTimeout(this.#timer);
    const { words } = this.#panel;
    const advice = await this.#why();
    if (!this.#gone) this.#give('BLOCKED', words.t('widget.blocked'), advice);
  }

  /** Gives up, and says why. */
  #give(code, title, advice = []) {
    this.#settle(false);
    this.#panel.tell('');
    this.#panel.show(problem(this.#panel.words, { title, advice }));
    this.#panel.emit('error', { code, message: [title, ...advice].join(' ') });
  }

  /** Asks the server what it allows; a policy that forbids asking is itself the answer. */
  async #why() {
    const { words } = this.#panel;
    const { server } = this.#panel.settings();
    const policy = words.t('widget.blocked_policy', { server });
    try {
      const response = await fetch(`${server}/embed/manifest.json`, { credentials: 'omit' });
      const { version, embed_origins: origins } = await response.json();
      if (version !== VERSION) return [words.t('widget.blocked_version', { version: VERSION })];
      const { origin } = location;
      return isAllowed(origin, origins) ? [policy] : [words.t('widget.blocked_origin', { origin }), policy];
    } catch {
      return [policy];
    }
  }
}
