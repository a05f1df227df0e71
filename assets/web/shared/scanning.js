/**
 * Looking through the camera for licence codes. Whatever other codes lie in the picture are told beside it: they are never
 * judged, and never end the looking.
 */
import { Camera } from './camera.js';
import { cameraControls, finder } from './finder.js';
import { sorted, wordsFor } from './readings.js';

/** Milliseconds: a code that was in the picture less long ago is still the same person's. */
const STILL = 5000;

/** Milliseconds for which another code is told of after it was seen, so that its words can be read. */
const TOLD = 3000;

/**
 * @typedef {import('./readings.js').Classify} Classify
 * @typedef {import('./readings.js').Reading} Reading
 * @typedef {Pick<typeof import('/assets/wasm/scanner.js'), 'readCodes'>} Scanner
 */

export class Scanning {
  #camera;
  #finder;
  #words;
  #classify;
  /** When each code was seen last. @type {Map<string, number>} */
  #seen = new Map();
  #toldUntil = 0;

  /**
   * `classify`: core's; `stop`: what its button does.
   *
   * @param {import('./words.js').Words} words
   * @param {Classify} classify
   * @param {{ stop: () => unknown }} acts
   */
  constructor(words, classify, { stop }) {
    this.#words = words;
    this.#classify = classify;
    this.#finder = finder(words, { stop });
    this.#camera = new Camera(this.#finder.video);
  }

  /** What is shown meanwhile; the same nodes each time. */
  get view() {
    return this.#finder.nodes;
  }

  focus() {
    this.#finder.stopButton.focus();
  }

  /**
   * Opens the camera and hands each new licence code to `found`, with the words for other codes beside it, until that
   * returns true or the camera is stopped. Fails as the camera does, or if the reader module does not load.
   *
   * @param {() => Promise<Scanner>} loadScanner
   * @param {(codes: string[], others: Reading[]) => boolean} found
   */
  async run(loadScanner, found) {
    const [scanner] = await Promise.all([loadScanner(), this.#camera.open()]);
    this.#drawControls();
    await this.#camera.watch((image) => {
      const { licences, others } = sorted(scanner.readCodes(image), this.#classify);
      this.#tell(licences.length === 0 ? others : []);
      const fresh = this.#fresh(licences);
      return fresh.length > 0 && found(fresh, others);
    });
  }

  stop() {
    this.#camera.stop();
  }

  /** What this camera can do; the next one may be able to do other things. */
  #drawControls() {
    const { controls, stopButton } = this.#finder;
    const turned = async () => {
      await this.#camera.turn();
      this.#drawControls();
      controls.querySelector('button')?.focus();
    };
    controls.replaceChildren(...cameraControls(this.#words, this.#camera, turned), stopButton);
  }

  /** @param {string[]} codes */
  #fresh(codes) {
    const now = performance.now();
    for (const [code, at] of this.#seen) if (now - at > STILL) this.#seen.delete(code);
    const fresh = codes.filter((code) => !this.#seen.has(code));
    for (const code of codes) this.#seen.set(code, now);
    return fresh;
  }

  /** @param {Reading[]} others */
  #tell(others) {
    const now = performance.now();
    if (others.length > 0) this.#toldUntil = now + TOLD;
    else if (now < this.#toldUntil) return;
    const text = wordsFor(others, this.#words) + this.#words.t('scan.aim');
    // Only a change is read aloud.
    if (this.#finder.hint.textContent !== text) this.#finder.hint.textContent = text;
  }
}
