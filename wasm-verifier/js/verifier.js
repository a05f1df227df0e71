/** The verifier for browsers and Node: judges licence codes by what it has been given, and fetches nothing. */
import { guarded, LiangzhengError } from './errors.js';
import { load } from './load.js';
import init, { Verifier as Native } from './verifier_wasm.js';

export { LiangzhengError };

await load(init, 'verifier_wasm_bg.wasm');

export class Verifier {
  #native;

  /** `roots`: the public root file, as object or text. */
  constructor({ roots }) {
    this.#native = guarded(() => new Native(typeof roots === 'string' ? roots : JSON.stringify(roots)));
  }

  loadTrustList(text, now) {
    return guarded(() => this.#native.loadTrustList(text, now));
  }

  loadCatalogue(text, now) {
    return guarded(() => this.#native.loadCatalogue(text, now));
  }

  loadStatusList(text, now, uri) {
    return guarded(() => this.#native.loadStatusList(text, now, uri));
  }

  applyDelta(text, now) {
    return guarded(() => this.#native.applyDelta(text, now));
  }

  verify(text, options) {
    // JSON.stringify leaves out what is undefined, and `null` means "not given" on the other side.
    return guarded(() => JSON.parse(this.#native.verify(text, JSON.stringify(options))));
  }

  forget() {
    guarded(() => this.#native.forget());
  }

  floors() {
    return guarded(() => JSON.parse(this.#native.floors()));
  }

  restore(floors) {
    guarded(() => this.#native.restore(JSON.stringify(floors)));
  }

  held() {
    return guarded(() => JSON.parse(this.#native.held()));
  }
}
