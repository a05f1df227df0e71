/**
 * Verifying in this very page: what comes in (camera, picture, text, hardware scanner), the verdict on it, and how long
 * that stays on the screen. Nothing leaves the page but requests for signed lists.
 */
import { codesIn, PictureError } from '../shared/pictures.js';
import { sorted, wordsFor } from '../shared/readings.js';
import { verdictCard } from '../shared/verdict.js';
import * as wedge from '../shared/wedge.js';
import { VERSION } from '../release.js';
import { CameraError } from './camera.js';
import { ask } from './handshake.js';
import { Lists, now } from './lists.js';
import { RootsError } from './roots.js';
import { Scanning } from './scanning.js';
import * as views from './views.js';

/** Milliseconds between two looks for newer lists: the life the server gives a status list is of this size. */
const RENEW_EVERY = 300_000;

const loadScanner = () => import('../scanner.js');

export class Inline {
  #panel;
  #classify;
  #lists;
  #ready;
  #scanning = null;
  /** The camera stays open beside a verdict, for the next person. */
  #continues = false;
  /** It was closed because the page went out of sight, and opens again by itself. */
  #resumes = false;
  #hasResult = false;
  #question = null;
  #countdown = null;
  #renewing = null;
  #redraw = () => {};
  #isReady = false;
  /** What was told of the scene last. */
  #sceneTold = '';
  #gone = false;
  /** Counts what the screen was given to; what an earlier turn was still waiting for is void. */
  #turn = 0;
  #taker;

  /** `Verifier` and `classify` are the verifier module's. */
  constructor(panel, { Verifier, classify }) {
    this.#panel = panel;
    this.#classify = classify;
    this.#lists = new Lists(panel, Verifier);
    this.#taker = { element: panel.element, take: (text) => this.#taken([text], 'scanner') };
    wedge.listen(this.#taker);
    document.addEventListener('visibilitychange', this.#visibility);
    panel.element.addEventListener('paste', this.#paste);
    panel.element.addEventListener('focusin', this.#used);
    this.#ready = this.#begin();
  }

  /** Opens the camera; the first licence code it sees is judged, and with `continuous` each one after it too. */
  async start() {
    if (!(await this.#ready) || this.#scanning || this.#gone) return;
    this.#turn += 1;
    this.#endResult();
    this.#tell();
    const { continuous, rp } = this.#panel.settings();
    const scanning = new Scanning(this.#panel.words, this.#classify, { stop: () => this.stop() });
    this.#scanning = scanning;
    this.#continues = continuous;
    this.#showScanning();
    scanning.focus();
    try {
      if (continuous && rp !== null && !this.#question) await this.#showReady();
      await scanning.run(loadScanner, (codes, others) => this.#found(codes, others));
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
    if (!(await this.#ready) || !this.#scanning) return;
    this.#stopCamera();
    if (this.#hasResult) {
      this.#redraw();
      return;
    }
    await this.#showReady();
    this.#panel.focus('#scan');
  }

  /**
   * The verdicts on a code's text, or on every licence code in a picture; none if there is none in it, or if the screen went
   * to something newer while it was read.
   */
  async verify(input) {
    if (!(await this.#ready)) throw new Error(this.#panel.words.t('verify.no_lists'));
    if (typeof input === 'string') return this.#taken([input], 'call');
    return this.#read(input, 'call');
  }

  /** Clears the screen for the next person. */
  async reset() {
    if (!(await this.#ready) || this.#gone) return;
    this.#turn += 1;
    await this.#clear();
  }

  /** Language or an attribute has changed. */
  changed() {
    if (this.#gone || (this.#scanning && !this.#hasResult)) return;
    this.#tellScene();
    // Another scene or unit needs another question; what was asked for a verdict on the screen stays as it was.
    if (this.#isReady) this.#showReady();
    else this.#redraw();
    this.#lists.drawFoot();
  }

  dispose() {
    this.#gone = true;
    this.#turn += 1;
    this.#stopCamera();
    this.#endResult();
    clearInterval(this.#renewing);
    wedge.ignore(this.#taker);
    document.removeEventListener('visibilitychange', this.#visibility);
    this.#panel.element.removeEventListener('paste', this.#paste);
    this.#panel.element.removeEventListener('focusin', this.#used);
    this.#lists.close();
  }

  /** True once codes can be judged. */
  async #begin() {
    const panel = this.#panel;
    this.#show(() => panel.show(views.loading(panel.words)));
    try {
      const pinned = await this.#lists.open();
      this.#tell();
      await this.#sync();
      if (this.#gone) return false;
      if (!this.#lists.any) return this.#cannotBegin('NO_LISTS', this.#lists.trouble() || panel.words.t('verify.no_lists'));
      this.#renewing = setInterval(() => this.#sync(), RENEW_EVERY);
      this.#tellScene();
      await this.#showReady();
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
    this.#show(() => this.#panel.show(views.problem(this.#panel.words, { title, retry })));
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

  async #showReady(problem = null) {
    if (this.#gone) return;
    const panel = this.#panel;
    const { rp } = panel.settings();
    this.#question = null;
    if (rp !== null) {
      const turn = this.#turn;
      const refused = await this.#ask();
      if (turn !== this.#turn) return;
      if (refused) {
        this.#show(() => panel.show(views.problem(panel.words, { title: refused, retry: () => this.#showReady() })));
        panel.emit('error', { code: 'CHALLENGE', message: refused });
        return;
      }
    }
    if (this.#continues) {
      this.#showScanning();
      return;
    }
    this.#show(() =>
      panel.show([
        problem?.(),
        this.#asked(),
        ...views.ready(panel.words, {
          start: () => this.start(),
          chosen: (file) => this.#read(file, 'picture'),
          pasted: (text) => this.#pasted(text),
          asks: this.#question !== null,
        }),
      ]),
    );
    this.#isReady = true;
  }

  /** The camera's picture; where it looks for one person after the other, with the question to the next. */
  #showScanning() {
    this.#show(() => this.#panel.show([this.#continues ? this.#asked() : null, ...this.#scanning.view]));
  }

  /** The question to the phone, if there is one. */
  #asked() {
    const { rp, unit } = this.#panel.settings();
    return this.#question && views.asked(this.#panel.words, this.#question, unit ?? rp);
  }

  /** A fresh question to the phone; a text if none can be asked. */
  async #ask() {
    const { question = null, refused = null } = await ask(this.#panel.words, this.#panel.settings(), this.#lists.scenes);
    this.#question = question;
    return refused;
  }

  async #noCamera(reason) {
    const problem = () => views.noCamera(this.#panel.words, reason);
    const code = reason === 'module' ? 'NO_MODULE' : `CAMERA_${reason.toUpperCase()}`;
    this.#panel.emit('error', { code, message: views.noCameraTitle(this.#panel.words, reason) });
    await this.#showReady(problem);
  }

  #pasted(text) {
    if (text.trim() === '') return this.#tell(this.#panel.words.t('verify.nothing'));
    return this.#taken([text], 'paste');
  }

  async #read(file, source) {
    if (!(await this.#ready) || this.#gone) return [];
    const panel = this.#panel;
    this.#turn += 1;
    const turn = this.#turn;
    if (!this.#continues) this.#stopCamera();
    this.#tell(panel.words.t('verify.reading'));
    let codes = [];
    let trouble = 'verify.no_code';
    try {
      codes = await codesIn(file, loadScanner);
    } catch (error) {
      trouble = error instanceof PictureError ? `verify.picture_${error.reason}` : 'verify.failed';
    }
    if (turn !== this.#turn) return [];
    const { licences, others } = sorted(codes, this.#classify);
    if (licences.length > 0) return this.#taken(licences, source, others);
    await this.#clear();
    if (turn !== this.#turn) return [];
    if (others.length > 0) trouble = 'verify.no_licence_code';
    const message = `${panel.words.t(trouble)}${wordsFor(others, panel.words)}`;
    this.#tell(message);
    panel.emit('error', { code: trouble.startsWith('verify.no_') ? 'NO_CODE' : 'PICTURE', message });
    return [];
  }

  /** What the camera sees; true if it has seen enough. */
  #found(codes, others) {
    // Of one question there is one answer: the next is asked once this verdict is gone.
    const waits = this.#continues && this.#panel.settings().rp !== null && (this.#hasResult || !this.#question);
    if (!waits) this.#taken(codes, 'camera', others);
    return !this.#continues;
  }

  /** Judges what was scanned, and tells of the `others` that lay beside it. */
  async #taken(codes, source, others = []) {
    if (!(await this.#ready) || this.#gone) return [];
    this.#tell(wordsFor(others, this.#panel.words));
    this.#panel.emit('scan', { source });
    return this.#judge(codes, source !== 'call');
  }

  #judge(codes, takeFocus) {
    const panel = this.#panel;
    const { scene, audience, rp, maxAge } = panel.settings();
    this.#turn += 1;
    if (!this.#continues) this.#stopCamera();
    this.#endResult();
    let verdicts;
    try {
      // With a unit that asks, only the answer to its question counts.
      if (rp !== null && !this.#question) throw new Error('no question was asked');
      const options = { now: now(), scene, audience, challenge: this.#question?.text ?? null, remember: true };
      verdicts = codes.map((code) => this.#lists.verify(code, options, maxAge));
    } catch (error) {
      const message = error.texts ? panel.words.pick(error.texts) : panel.words.t('verify.failed');
      this.#show(() => panel.show(views.problem(panel.words, { title: message, retry: () => this.reset() })));
      panel.emit('error', { code: error.code ?? 'FAILED', message });
      return [];
    }
    this.#showResult(codes, verdicts);
    if (takeFocus) panel.focus('.verdict-title');
    for (const verdict of verdicts) panel.emit('result', verdict);
    return verdicts;
  }

  #showResult(codes, verdicts) {
    const panel = this.#panel;
    const { autohide, offline } = panel.settings();
    const renewable = !offline && verdicts.some(({ verdict }) => verdict === 'undetermined');
    const renew = async () => {
      const turn = this.#turn;
      this.#endResult();
      await this.#sync();
      if (turn === this.#turn) this.#judge(codes, true);
    };
    // Not `reset`: the next person's picture may be being read.
    if (autohide > 0) this.#countdown = new views.Countdown(autohide, () => this.#clear());
    this.#show(() => {
      const cards = verdicts.map((verdict, index) => {
        const card = verdictCard(verdict, codes[index], panel.words, { hint: this.#lists.hint(verdict) });
        card.setAttribute('part', 'verdict');
        return card;
      });
      const countdown = this.#countdown?.shown(panel.words);
      const camera = this.#continues ? this.#scanning.view : null;
      panel.show(views.results(panel.words, cards, { next: () => this.reset(), renew: renewable ? renew : null, countdown, camera }));
      this.#hasResult = true;
    });
  }

  /** A verdict still on the screen stays until something else is shown. */
  #endResult() {
    this.#countdown?.end();
    this.#countdown = null;
  }

  /** Nothing on the screen but the beginning; a picture that is being read goes on. */
  async #clear() {
    const hadFocus = this.#panel.hasFocus;
    if (!this.#continues) this.#stopCamera();
    this.#endResult();
    this.#tell();
    await this.#showReady();
    if (hadFocus) this.#panel.focus(this.#continues ? '#stop' : '#scan');
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

  /** Draws, and remembers how: another language draws the same again. */
  #show(draw) {
    this.#redraw = draw;
    this.#isReady = false;
    this.#hasResult = false;
    draw();
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

  /** A picture or a code pasted anywhere in the element; text pasted into the field stays the field's. */
  #paste = (event) => {
    const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    const text = event.clipboardData?.getData('text') ?? '';
    if (picture) this.#read(picture, 'paste');
    else if (text !== '' && event.composedPath()[0].tagName !== 'TEXTAREA') this.#pasted(text);
    else return;
    event.preventDefault();
  };
}
