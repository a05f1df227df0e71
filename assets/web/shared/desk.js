/**
 * A desk where codes are verified: what comes in (camera, picture, text, hardware scanner), the verdict on it, and how long
 * that stays on the screen. The result takes the place of what it was asked with.
 */
import { CameraError } from './camera.js';
import { Countdown } from './countdown.js';
import { el } from './dom.js';
import { ask, asked } from './handshake.js';
import { noCamera, noCameraTitle, problem } from './obstacle.js';
import { codesIn, PictureError } from './pictures.js';
import { sorted, wordsFor } from './readings.js';
import { Scanning } from './scanning.js';
import * as wedge from './wedge.js';
import { hasTexts } from './words.js';

const now = () => Math.floor(Date.now() / 1000);

/**
 * @typedef {import('./dom.js').Children} Children
 * @typedef {import('./readings.js').Reading} Reading
 * @typedef {import('./types.d.ts').Judged} Judged
 * @typedef {import('./types.d.ts').Result} Result
 * @typedef {import('./types.d.ts').Source} Source
 */

export class Desk {
  #surface;
  #lists;
  #modules;
  /** @type {Scanning | null} */
  #scanning = null;
  /** The camera stays open beside a verdict, for the next person. */
  #continues = false;
  /** It was closed because the page went out of sight, and opens again by itself. */
  #resumes = false;
  #hasResult = false;
  /** @type {import('./handshake.js').Question | null} */
  #question = null;
  /** @type {Countdown | null} */
  #countdown = null;
  #redraw = () => {};
  #isReady = false;
  #gone = false;
  /** Counts what the screen was given to; what an earlier turn was still waiting for is void. */
  #turn = 0;
  #taker;

  /**
   * @param {import('./types.d.ts').Surface} surface
   * @param {import('./types.d.ts').Lists} lists
   * @param {import('./types.d.ts').Modules} modules
   */
  constructor(surface, lists, modules) {
    this.#surface = surface;
    this.#lists = lists;
    this.#modules = modules;
    this.#taker = { element: surface.element, take: (/** @type {string} */ text) => this.take([text], 'scanner') };
    wedge.listen(this.#taker);
    document.addEventListener('visibilitychange', this.#visibility);
    surface.element.addEventListener('paste', this.#paste);
    surface.element.addEventListener('focusin', this.#used);
  }

  /** Opens the camera; the first licence code it sees is judged, and with `continuous` each one after it too. */
  async start() {
    if (!(await this.#isOpen()) || this.#scanning) return;
    this.#turn += 1;
    this.#endResult();
    this.#surface.tell('');
    const { continuous, rp } = this.#surface.settings();
    const scanning = new Scanning(this.#surface.words, this.#modules.classify, { stop: () => this.stop() });
    this.#scanning = scanning;
    this.#continues = continuous;
    this.#showScanning(scanning);
    scanning.focus();
    try {
      if (continuous && rp !== null && !this.#question) await this.begin();
      await scanning.run(this.#modules.loadScanner, (codes, others) => this.#found(codes, others));
    } catch (error) {
      scanning.stop();
      // Whoever stopped it has already shown something else.
      if (this.#scanning !== scanning) return;
      this.#stopCamera();
      await this.#noCamera(error instanceof CameraError ? error.reason : 'module');
    }
  }

  /** Closes the camera. A verdict beside it stays for its time. */
  async stop() {
    // In the order of the calls: a `start` just before has the camera by now.
    if (!(await this.#isOpen()) || !this.#scanning) return;
    this.#stopCamera();
    if (this.#hasResult) {
      this.#redraw();
      return;
    }
    await this.begin();
    this.#surface.focus('#scan');
  }

  /** Clears the screen for the next person. */
  async reset() {
    if (!(await this.#isOpen())) return;
    this.#turn += 1;
    await this.#clear();
  }

  /** Language or a setting has changed. */
  changed() {
    if (this.#gone || (this.#scanning && !this.#hasResult)) return;
    // Another scene or unit needs another question; what was asked for a verdict on the screen stays as it was.
    if (this.#isReady) this.begin();
    else this.#redraw();
  }

  dispose() {
    this.#gone = true;
    this.#turn += 1;
    this.#stopCamera();
    this.#endResult();
    wedge.ignore(this.#taker);
    document.removeEventListener('visibilitychange', this.#visibility);
    this.#surface.element.removeEventListener('paste', this.#paste);
    this.#surface.element.removeEventListener('focusin', this.#used);
  }

  /** Shows what one begins with, and above it `obstacle`. @param {(() => Node) | null} [obstacle] */
  async begin(obstacle = null) {
    if (this.#gone) return;
    const surface = this.#surface;
    const { rp } = surface.settings();
    this.#question = null;
    if (rp !== null) {
      const turn = this.#turn;
      const refused = await this.#ask(rp);
      if (turn !== this.#turn) return;
      if (refused) {
        this.show(() => problem(surface.words, { title: refused, retry: () => this.begin() }));
        surface.emit('error', { code: 'CHALLENGE', message: refused });
        return;
      }
    }
    if (this.#continues && this.#scanning) {
      this.#showScanning(this.#scanning);
      return;
    }
    this.show(() => [obstacle?.(), this.#asked(), surface.ready({ asks: this.#question !== null })]);
    this.#isReady = true;
  }

  /** Draws, and remembers how: another language draws the same again. @param {() => Children} draw */
  show(draw) {
    this.#redraw = () => this.#surface.show(draw());
    this.#isReady = false;
    this.#hasResult = false;
    this.#redraw();
  }

  /** A picture, and all licence codes in it. @param {Blob} file @param {Source} source */
  async read(file, source) {
    if (!(await this.#isOpen())) return [];
    const surface = this.#surface;
    const turn = this.#next();
    surface.tell(surface.words.t('verify.reading'));
    /** @type {string[]} */
    let codes = [];
    let trouble = 'verify.no_code';
    try {
      codes = await codesIn(file, this.#modules.loadScanner);
    } catch (error) {
      trouble = error instanceof PictureError ? `verify.picture_${error.reason}` : 'verify.failed';
    }
    if (turn !== this.#turn) return [];
    const { licences, others } = sorted(codes, this.#modules.classify);
    if (licences.length > 0) return this.take(licences, source, others);
    await this.#clear();
    if (turn !== this.#turn) return [];
    if (others.length > 0) trouble = 'verify.no_licence_code';
    const message = `${surface.words.t(trouble)}${wordsFor(others, surface.words)}`;
    surface.tell(message);
    surface.emit('error', { code: trouble.startsWith('verify.no_') ? 'NO_CODE' : 'PICTURE', message });
    return [];
  }

  /** @param {string} text */
  pasted(text) {
    if (text.trim() !== '') return this.take([text], 'paste');
    this.#surface.tell(this.#surface.words.t('verify.nothing'));
    return [];
  }

  /**
   * Judges what was scanned, and tells of the `others` that lay beside it.
   *
   * @param {string[]} codes
   * @param {Source} source
   * @param {Reading[]} [others]
   */
  async take(codes, source, others = []) {
    if (!(await this.#isOpen())) return [];
    this.#surface.tell(wordsFor(others, this.#surface.words));
    this.#surface.emit('scan', { source });
    return this.#judge(codes, source !== 'call');
  }

  /**
   * Shows the verdict that somebody else gives, unless the screen went to something newer meanwhile; or, with the beginning
   * again, the words for why there is none.
   *
   * @param {string} waiting what is told until then
   * @param {() => Promise<(result: Result) => Children>} ask
   * @param {(error: unknown) => string} wordsFor
   */
  async later(waiting, ask, wordsFor) {
    const turn = this.#next();
    this.#surface.tell(waiting);
    try {
      const draw = await ask();
      if (turn !== this.#turn) return;
      this.#endResult();
      this.#surface.tell('');
      this.#showResult([], draw);
      this.#surface.focus('.verdict-title');
    } catch (error) {
      if (turn !== this.#turn) return;
      // What was typed to ask it with stays.
      if (!this.#isReady) await this.#clear();
      this.#surface.tell(wordsFor(error));
    }
  }

  async #isOpen() {
    return (await this.#surface.opened()) && !this.#gone;
  }

  /** Gives the screen to something new. */
  #next() {
    this.#turn += 1;
    if (!this.#continues) this.#stopCamera();
    return this.#turn;
  }

  /** The camera's picture; where it looks for one person after the other, with the question to the next. @param {Scanning} scanning */
  #showScanning(scanning) {
    this.show(() => [this.#continues ? this.#asked() : null, scanning.view]);
  }

  /** The question to the phone, if there is one. */
  #asked() {
    const { rp, unit } = this.#surface.settings();
    return this.#question && asked(this.#surface.words, this.#question, unit ?? rp ?? '');
  }

  /** A fresh question to the phone; a text if none can be asked. @param {string} rp */
  async #ask(rp) {
    const { words } = this.#surface;
    const { scene } = this.#surface.settings();
    const { question = null, refused = null } = await ask(words, { rp, scene }, [...this.#lists.scenes], this.#modules.loadMaker);
    this.#question = question;
    return refused;
  }

  /** @param {string} reason */
  async #noCamera(reason) {
    const code = reason === 'module' ? 'NO_MODULE' : `CAMERA_${reason.toUpperCase()}`;
    this.#surface.emit('error', { code, message: noCameraTitle(this.#surface.words, reason) });
    await this.begin(() => noCamera(this.#surface.words, reason));
  }

  /** What the camera sees; true if it has seen enough. @param {string[]} codes @param {Reading[]} others */
  #found(codes, others) {
    // Of one question there is one answer: the next is asked once this verdict is gone.
    const waits = this.#continues && this.#surface.settings().rp !== null && (this.#hasResult || !this.#question);
    if (!waits) this.take(codes, 'camera', others);
    return !this.#continues;
  }

  /**
   * @param {string[]} codes
   * @param {boolean} takeFocus
   * @param {Judged[]} [before] how the same codes were judged: an accepted one stays so, as it would now be a repeated one
   * @returns {Promise<import('./types.d.ts').Verdict[]>}
   */
  async #judge(codes, takeFocus, before = []) {
    const surface = this.#surface;
    const { scene, audience, rp, maxAge } = surface.settings();
    const turn = this.#next();
    this.#endResult();
    /** @type {Judged[]} */
    const judged = [];
    try {
      // With a unit that asks, only the answer to its question counts.
      if (rp !== null && !this.#question) throw new Error('no question was asked');
      const options = { now: now(), scene, audience, challenge: this.#question?.text ?? null, remember: true };
      for (const code of codes) {
        const accepted = before.find((one) => one.code === code && one.verdict.verdict === 'valid');
        judged.push(accepted ?? { code, verdict: await this.#lists.verify(code, options, maxAge) });
      }
    } catch (error) {
      if (turn !== this.#turn) return [];
      const { words } = surface;
      const message = hasTexts(error) ? words.pick(error.texts) : words.t('verify.failed');
      this.show(() => problem(surface.words, { title: message, retry: () => this.reset() }));
      surface.emit('error', { code: hasTexts(error) ? error.code : 'FAILED', message });
      return [];
    }
    const verdicts = judged.filter((one) => !before.includes(one)).map(({ verdict }) => verdict);
    if (turn === this.#turn) {
      this.#showResult(judged, (shown) => surface.result(shown));
      if (takeFocus) surface.focus('.verdict-title');
    }
    for (const verdict of verdicts) surface.emit('result', verdict);
    return verdicts;
  }

  /** @param {Judged[]} judged @param {(shown: Result) => Children} draw */
  #showResult(judged, draw) {
    const { autohide } = this.#surface.settings();
    const question = this.#question?.text ?? null;
    /** @param {{ renew?: () => Promise<unknown> }} [how] */
    const again = async ({ renew } = {}) => {
      const turn = this.#turn;
      this.#endResult();
      await renew?.();
      if (turn === this.#turn) this.#judge(judged.map(({ code }) => code), true, judged);
    };
    // Not `reset`: the next person's picture may be being read.
    if (autohide > 0) this.#countdown = new Countdown(autohide, () => this.#clear());
    this.show(() => {
      const countdown = this.#countdown?.shown(this.#surface.words) ?? null;
      const camera = this.#continues && this.#scanning ? el('div', { class: 'looking' }, this.#scanning.view) : null;
      return draw({ judged, question, again, countdown, camera });
    });
    this.#hasResult = true;
  }

  /** A verdict still on the screen stays until something else is shown. */
  #endResult() {
    this.#countdown?.end();
    this.#countdown = null;
  }

  /** Nothing on the screen but the beginning; a picture that is being read goes on. */
  async #clear() {
    const { hasFocus } = this.#surface;
    if (!this.#continues) this.#stopCamera();
    this.#endResult();
    this.#surface.tell('');
    await this.begin();
    if (hasFocus) this.#surface.focus(this.#continues ? '#stop' : '#scan');
    this.#resume();
  }

  #stopCamera() {
    this.#scanning?.stop();
    this.#scanning = null;
    this.#continues = false;
  }

  #resume() {
    if (!this.#resumes || document.visibilityState === 'hidden' || this.#hasResult) return;
    this.#resumes = false;
    this.start();
  }

  #visibility = () => {
    if (document.visibilityState !== 'hidden') {
      this.#resume();
      return;
    }
    this.#resumes ||= this.#continues;
    this.stop();
  };

  #used = () => wedge.prefer(this.#taker);

  /** A picture or a code pasted anywhere in the element; text pasted into a field stays the field's. @param {Event} event */
  #paste = (event) => {
    const { clipboardData } = /** @type {ClipboardEvent} */ (event);
    const picture = [...(clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    const text = clipboardData?.getData('text') ?? '';
    const place = event.composedPath()[0];
    const isField = place instanceof Element && ['TEXTAREA', 'INPUT'].includes(place.tagName);
    if (picture) this.read(picture, 'paste');
    else if (text !== '' && !isField) this.pasted(text);
    else return;
    event.preventDefault();
  };
}
