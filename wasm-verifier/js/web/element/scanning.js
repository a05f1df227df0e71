/**
 * Looking through the camera for licence codes. Whatever other codes lie in the picture are told beside it: they are never
 * judged, and never end the looking.
 */
import { sorted, wordsFor } from '../shared/readings.js';
import { Camera } from './camera.js';
import * as views from './views.js';

/** Milliseconds: a code that was in the picture less long ago is still the same person's. */
const STILL = 5000;

/** Milliseconds for which another code is told of after it was seen, so that its words can be read. */
const TOLD = 3000;

export class Scanning {
  #camera;
  #view;
  #words;
  #classify;
  /** When each code was seen last. */
  #seen = new Map();
  #toldUntil = 0;

  /** `classify`: core's; `stop`: what its button does. */
  constructor(words, classify, { stop }) {
    this.#words = words;
    this.#classify = classify;
    this.#view = views.scanning(words, { stop });
    this.#camera = new Camera(this.#view.video);
  }

  /** What is shown meanwhile; the same nodes each time. */
  get view() {
    return this.#view.nodes;
  }

  focus() {
    this.#view.controls.querySelector('#stop').focus();
  }

  /**
   * Opens the camera and hands each new licence code to `found`, with the words for other codes beside it, until that
   * returns true or the camera is stopped. Fails as the camera does, or if the reader module does not load.
   */
  async run(loadScanner, found) {
    const [scanner] = await Promise.all([loadScanner(), this.#camera.open()]);
    this.#view.controls.prepend(...views.cameraControls(this.#words, this.#camera));
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

  #fresh(codes) {
    const now = performance.now();
    for (const [code, at] of this.#seen) if (now - at > STILL) this.#seen.delete(code);
    const fresh = codes.filter((code) => !this.#seen.has(code));
    for (const code of codes) this.#seen.set(code, now);
    return fresh;
  }

  #tell(others) {
    const now = performance.now();
    if (others.length > 0) this.#toldUntil = now + TOLD;
    else if (now < this.#toldUntil) return;
    const text = wordsFor(others, this.#words) + this.#words.t('widget.aim');
    // Only a change is read aloud.
    if (this.#view.hint.textContent !== text) this.#view.hint.textContent = text;
  }
}
