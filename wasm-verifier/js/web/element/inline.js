/**
 * Verifying in this very page: what comes in (camera, picture, text, hardware scanner), the verdict on it, and how long
 * that stays on the screen. Nothing leaves the page but requests for signed lists.
 */
import { asScanned, codesIn, PictureError } from '../shared/pictures.js';
import { openStore } from '../shared/store.js';
import { TrustStore } from '../shared/trust.js';
import { verdictCard } from '../shared/verdict.js';
import * as wedge from '../shared/wedge.js';
import { VERSION } from '../release.js';
import { Camera, CameraError } from './camera.js';
import { challenge } from './handshake.js';
import { RootsError, rootsFor } from './roots.js';
import { STORE } from './settings.js';
import * as views from './views.js';

/** Milliseconds between two looks for newer lists: the life the server gives a status list is of this size. */
const RENEW_EVERY = 300_000;

const now = () => Math.floor(Date.now() / 1000);
const loadScanner = () => import('../scanner.js');

export class Inline {
  #panel;
  #Verifier;
  #store = null;
  #trust = null;
  #ready;
  #camera = null;
  #question = null;
  #countdown = null;
  #renewing = null;
  #redraw = () => {};
  #isReady = false;
  #gone = false;
  /** Counts what the screen was given to; what an earlier turn was still waiting for is void. */
  #turn = 0;
  #taker;

  constructor(panel, Verifier) {
    this.#panel = panel;
    this.#Verifier = Verifier;
    this.#taker = { element: panel.element, take: (text) => this.#taken([text], 'scanner') };
    wedge.listen(this.#taker);
    document.addEventListener('visibilitychange', this.#visibility);
    panel.element.addEventListener('paste', this.#paste);
    panel.element.addEventListener('focusin', this.#used);
    this.#ready = this.#begin();
  }

  /** Opens the camera; the first code it sees is judged. */
  async start() {
    if (!(await this.#ready) || this.#camera || this.#gone) return;
    this.#turn += 1;
    this.#endResult();
    this.#panel.tell('');
    const { words } = this.#panel;
    const { view, video, controls } = views.scanning(words, { stop: () => this.stop() });
    const camera = new Camera(video);
    this.#camera = camera;
    this.#panel.show(view);
    controls.querySelector('#stop').focus();
    try {
      const [scanner] = await Promise.all([loadScanner(), camera.open()]);
      controls.prepend(...views.cameraControls(words, camera));
      await camera.watch((image) => {
        const codes = scanner.readCodes(image);
        if (codes.length > 0) this.#taken(codes, 'camera');
        return codes.length > 0;
      });
    } catch (error) {
      camera.stop();
      // Whoever stopped it has already shown something else.
      if (this.#camera !== camera) return;
      this.#camera = null;
      await this.#noCamera(error instanceof CameraError ? error.reason : 'module');
    }
  }

  /** Closes the camera. */
  async stop() {
    // In the order of the calls: a `start` just before has the camera by now.
    if (!(await this.#ready) || !this.#camera) return;
    this.#stopCamera();
    await this.#showReady();
    this.#panel.focus('#scan');
  }

  /**
   * The verdicts on a code's text, or on every code in a picture; none if there is no code in it, or if the screen went
   * to something newer while it was read.
   */
  async verify(input) {
    if (!(await this.#ready)) throw new Error(this.#panel.words.t('verify.no_lists'));
    if (typeof input === 'string') return this.#taken([asScanned(input)], 'call');
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
    if (this.#gone || this.#camera) return;
    // Another scene or unit needs another question; what was asked for a verdict on the screen stays as it was.
    if (this.#isReady) this.#showReady();
    else this.#redraw();
    this.#drawFoot();
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
    this.#store?.close();
  }

  /** True once codes can be judged. */
  async #begin() {
    const panel = this.#panel;
    this.#show(() => panel.show(views.loading(panel.words)));
    try {
      this.#store ??= await openStore(STORE);
      const settings = panel.settings();
      const { text: roots, pinned } = await rootsFor(settings, this.#store);
      const key = `kept ${settings.server} ${roots ?? ''}`;
      this.#trust = new TrustStore(this.#store, this.#Verifier, { server: settings.server, roots, key });
      await this.#trust.load();
      await this.#sync();
      if (this.#gone) return false;
      if (!this.#trust.freshness(now())) return this.#cannotBegin('NO_LISTS', panel.words.t('verify.no_lists'));
      this.#renewing = setInterval(() => this.#sync(), RENEW_EVERY);
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
    if (this.#panel.settings().offline) return this.#drawFoot();
    const { words } = this.#panel;
    try {
      await this.#trust.sync(now());
      if (!this.#gone) this.#panel.tell('');
    } catch (error) {
      if (this.#gone) return;
      // A refusal names itself; all else is the network.
      this.#panel.tell(error.texts ? `${words.pick(error.texts)} ${words.pick(error.hint)}` : words.t('verify.offline'));
      if (error.texts) this.#panel.emit('error', { code: error.code, message: words.pick(error.texts) });
    }
    this.#drawFoot();
  }

  #drawFoot() {
    if (this.#gone) return;
    const { words } = this.#panel;
    const freshness = this.#trust?.freshness(now());
    const chip = freshness
      ? words.t(freshness.old ? 'verify.chip_old' : 'verify.chip_ready', { span: words.span(freshness.age) })
      : words.t('verify.no_lists');
    const server = new URL(this.#panel.settings().server).host;
    this.#panel.foot(`${words.t('widget.footer', { server, version: VERSION })} · ${chip}`, freshness?.old ?? true);
  }

  async #showReady(problem = null) {
    if (this.#gone) return;
    const panel = this.#panel;
    const { rp, unit } = panel.settings();
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
    this.#show(() =>
      panel.show([
        problem?.(),
        ...views.ready(panel.words, {
          start: () => this.start(),
          chosen: (file) => this.#read(file, 'picture'),
          pasted: (text) => this.#pasted(text),
          question: this.#question,
          unit: unit ?? rp,
        }),
      ]),
    );
    this.#isReady = true;
  }

  /** A fresh question to the phone; a text if none can be asked. */
  async #ask() {
    const { words } = this.#panel;
    const { rp, scene } = this.#panel.settings();
    const known = this.#trust.verifier.held().scenes.find(({ code }) => code === scene);
    if (!known) return words.t('widget.no_scene', { scene: scene ?? '-' });
    try {
      const wallet = await import('../wallet.js');
      this.#question = challenge(wallet, { aud: known.audience, rp, scene }, words.t('widget.question'));
      return null;
    } catch (error) {
      return error.texts ? words.pick(error.texts) : words.t('widget.no_module');
    }
  }

  async #noCamera(reason) {
    const { words } = this.#panel;
    const title = () => this.#panel.words.t(reason === 'module' ? 'verify.picture_module' : `widget.camera_${reason}`);
    const code = reason === 'module' ? 'NO_MODULE' : `CAMERA_${reason.toUpperCase()}`;
    this.#panel.emit('error', { code, message: title() });
    await this.#showReady(() =>
      views.problem(this.#panel.words, {
        title: title(),
        advice: [
          ...(reason === 'denied' ? [words.t('widget.advice_permission'), words.t('widget.advice_system')] : []),
          words.t('widget.advice_others'),
        ],
      }),
    );
  }

  #pasted(text) {
    if (text.trim() === '') return this.#panel.tell(this.#panel.words.t('verify.nothing'));
    return this.#taken([asScanned(text)], 'paste');
  }

  async #read(file, source) {
    if (!(await this.#ready) || this.#gone) return [];
    const panel = this.#panel;
    this.#turn += 1;
    const turn = this.#turn;
    this.#stopCamera();
    panel.tell(panel.words.t('verify.reading'));
    let codes = [];
    let trouble = 'verify.no_code';
    try {
      codes = await codesIn(file, loadScanner);
    } catch (error) {
      trouble = error instanceof PictureError ? `verify.picture_${error.reason}` : 'verify.failed';
    }
    if (turn !== this.#turn) return [];
    if (codes.length > 0) return this.#taken(codes, source);
    await this.#clear();
    if (turn !== this.#turn) return [];
    const message = panel.words.t(trouble);
    panel.tell(message);
    panel.emit('error', { code: trouble === 'verify.no_code' ? 'NO_CODE' : 'PICTURE', message });
    return [];
  }

  /** Judges what was scanned. Beside a licence code, other codes in the same picture are of no interest. */
  async #taken(found, source) {
    if (!(await this.#ready) || this.#gone) return [];
    const ours = found.filter((code) => code.startsWith('EL1:'));
    const codes = ours.length > 0 ? ours : found;
    this.#panel.tell('');
    this.#panel.emit('scan', { source });
    return this.#judge(codes, source !== 'call');
  }

  #judge(codes, takeFocus) {
    const panel = this.#panel;
    const { scene, audience, rp, maxAge } = panel.settings();
    this.#turn += 1;
    this.#stopCamera();
    this.#endResult();
    let verdicts;
    try {
      // With a unit that asks, only the answer to its question counts.
      if (rp !== null && !this.#question) throw new Error('no question was asked');
      const options = { now: now(), scene, audience, challenge: this.#question?.text ?? null, remember: true };
      verdicts = codes.map((code) => this.#trust.verify(code, options, maxAge));
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
        const card = verdictCard(verdict, codes[index], panel.words);
        card.setAttribute('part', 'verdict');
        return card;
      });
      const countdown = this.#countdown?.shown(panel.words);
      panel.show(views.results(panel.words, cards, { next: () => this.reset(), renew: renewable ? renew : null, countdown }));
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
    this.#stopCamera();
    this.#endResult();
    this.#panel.tell('');
    await this.#showReady();
    if (hadFocus) this.#panel.focus('#scan');
  }

  #stopCamera() {
    this.#camera?.stop();
    this.#camera = null;
  }

  /** Draws, and remembers how: another language draws the same again. */
  #show(draw) {
    this.#redraw = draw;
    this.#isReady = false;
    draw();
  }

  #visibility = () => {
    if (document.hidden) this.stop();
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
