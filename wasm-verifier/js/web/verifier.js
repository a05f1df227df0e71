/** The verifier for browsers and Node: judges licence codes by what it has been given, and fetches nothing. */
import { guarded, LiangzhengError, text, textOrNone } from './errors.js';
import { load } from './load.js';
import init, { classify as classifyNative, Verifier as Native } from './verifier_wasm.js';

export { LiangzhengError };

/** Bytes of one accepted code in the module's memory: a key, when it was accepted, and until when it could be again. */
const ENTRY = 48;

await load(init, new URL('./verifier_wasm_bg.wasm', import.meta.url), 'verifier_wasm_bg.wasm');

export const classify = (code) =>
  guarded(() => {
    const { code: kind, message, hint } = JSON.parse(classifyNative(text(code, 'code')));
    return { kind, message, hint };
  });

export class Verifier {
  #native;

  /** `roots`: the public root file, as object or text. */
  constructor({ roots }) {
    this.#native = guarded(() => new Native(typeof roots === 'string' ? roots : text(JSON.stringify(roots), 'roots')));
  }

  loadTrustList(list, now, kept = false) {
    return guarded(() => this.#native.loadTrustList(text(list, 'trust list'), now, Boolean(kept)));
  }

  loadCatalogue(catalogue, now, kept = false) {
    return guarded(() => this.#native.loadCatalogue(text(catalogue, 'catalogue'), now, Boolean(kept)));
  }

  loadStatusList(list, now, uri, kept = false) {
    return guarded(() =>
      this.#native.loadStatusList(text(list, 'status list'), now, textOrNone(uri, 'uri'), Boolean(kept)),
    );
  }

  applyDelta(delta, now, kept = false) {
    return guarded(() => this.#native.applyDelta(text(delta, 'delta'), now, Boolean(kept)));
  }

  verify(code, options) {
    return guarded(() => {
      const { now, audience, scene, challenge, remember = false, ...unknown } = options;
      // A misspelt `scene` must not pass for "any scene".
      for (const name of Object.keys(unknown)) throw new TypeError(`there is no option ${name}`);
      if (typeof now !== 'number') throw new TypeError('now must be a number of unix seconds');
      return JSON.parse(
        this.#native.verify(
          text(code, 'code'),
          now,
          textOrNone(audience, 'audience'),
          textOrNone(scene, 'scene'),
          textOrNone(challenge, 'challenge'),
          Boolean(remember),
        ),
      );
    });
  }

  forget() {
    this.recall([]);
  }

  accepted(now = 0) {
    return guarded(() => {
      const all = this.#native.accepted();
      const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
      const starts = Array.from({ length: all.length / ENTRY }, (_, index) => index * ENTRY);
      const left = starts.filter((start) => view.getBigInt64(start + ENTRY - 8, true) >= BigInt(now));
      return Uint8Array.from(left.flatMap((start) => [...all.subarray(start, start + ENTRY)]));
    });
  }

  recall(accepted) {
    guarded(() => this.#native.recall(new Uint8Array(accepted)));
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
