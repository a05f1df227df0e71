/** The verifier for browsers and Node: judges licence codes by what it has been given, and fetches nothing. */
import { guarded, LiangzhengError, text } from './errors.js';
import { load } from './load.js';
import init, { Verifier as Native } from './verifier_wasm.js';

export { LiangzhengError };

await load(init, 'verifier_wasm_bg.wasm');

export class Verifier {
  #native;

  /** `roots`: the public root file, as object or text. */
  constructor({ roots }) {
    this.#native = guarded(() => new Native(typeof roots === 'string' ? roots : text(JSON.stringify(roots), 'roots')));
  }

  loadTrustList(list, now) {
    return guarded(() => this.#native.loadTrustList(text(list, 'trust list'), now));
  }

  loadCatalogue(catalogue, now) {
    return guarded(() => this.#native.loadCatalogue(text(catalogue, 'catalogue'), now));
  }

  loadStatusList(list, now, uri) {
    return guarded(() => this.#native.loadStatusList(text(list, 'status list'), now, uri && text(uri, 'uri')));
  }

  applyDelta(delta, now) {
    return guarded(() => this.#native.applyDelta(text(delta, 'delta'), now));
  }

  verify(code, options) {
    // JSON.stringify leaves out what is undefined, and `null` means "not given" on the other side.
    return guarded(() => JSON.parse(this.#native.verify(text(code, 'code'), text(JSON.stringify(options), 'options'))));
  }

  forget() {
    guarded(() => this.#native.forget());
  }

  floors() {
    return guarded(() => JSON.parse(this.#native.floors()));
  }

  restore(floors) {
    guarded(() => this.#native.restore(text(JSON.stringify(floors), 'floors')));
  }

  held() {
    return guarded(() => JSON.parse(this.#native.held()));
  }
}
