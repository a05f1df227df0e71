/** The corpus' questions to the WASM verifier: in Node by `wasm.mjs`, in Chromium by `tests/browser/corpus.test.mjs`. */
import { buildWorld } from '../browser/vectors.mjs';

/** A function from a case to its answer; and where the worlds could not be built as they should. */
export function answerer(head, Verifier) {
  const differences = [];
  const verifiers = new Map();
  for (const [name, world] of Object.entries(head.worlds)) {
    verifiers.set(name, buildWorld(name, world, Verifier, differences));
  }
  return { differences, answer: (line) => ask(verifiers.get(line.world), line) };
}

// A byte order mark is a character of the input like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function ask(verifier, { input, input_base64, object, now, audience, scene, challenge }) {
  const text = input ?? decoder.decode(Uint8Array.from(atob(input_base64), (character) => character.charCodeAt(0)));
  if (!object) return attempt(() => verifier.verify(text, { now, audience, scene, challenge }));
  const load = {
    trust_list: () => verifier.loadTrustList(text, now),
    catalogue: () => verifier.loadCatalogue(text, now),
    status_list: () => verifier.loadStatusList(text, now),
    delta: () => verifier.applyDelta(text, now),
  }[object];
  return attempt(() => {
    load();
    return { refused: null };
  });
}

/** A refusal has a code; anything else that is thrown, a trap among them, is told as what it is. */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    return error.code && error.code !== 'INTERNAL' ? { refused: error.code } : { thrown: String(error) };
  }
}
