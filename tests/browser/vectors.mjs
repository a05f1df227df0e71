/**
 * Runs `tests/vectors/verdicts.json` through the WASM verifier: the same function in Node and, sent as a module, in
 * Chromium. Returns what differs; the caller decides how to tell.
 *
 * Free of imports, because the browser loads this very file.
 */

/**
 * @param {object} file the parsed vectors
 * @param {{Verifier: Function, unpack?: Function}} modules without `unpack` only verdicts are compared
 * @returns {{ran: number, differences: string[]}}
 */
export function runVectors(file, { Verifier, unpack }) {
  const differences = [];
  const worlds = new Map();
  for (const [name, world] of Object.entries(file.worlds)) worlds.set(name, buildWorld(name, world, Verifier, differences));
  for (const one of file.cases) {
    const verifier = worlds.get(one.world);
    if (!verifier) {
      differences.push(`${one.name}: its world ${one.world} could not be built`);
      continue;
    }
    compare(`${one.name}: verdict`, judged(verifier, one), one.expect, differences);
    if (unpack && one.compact !== undefined) compare(`${one.name}: unpacked`, unpack(one.input), one.compact, differences);
  }
  return { ran: file.cases.length, differences };
}

/** A verifier taken through a world's steps, each of which must end as the world says. */
export function buildWorld(name, world, Verifier, differences) {
  const verifier = new Verifier({ roots: world.roots });
  const take = {
    trust_list: ({ text, now, kept }) => verifier.loadTrustList(text, now, kept),
    catalogue: ({ text, now, kept }) => verifier.loadCatalogue(text, now, kept),
    status_list: ({ text, now, uri, kept }) => verifier.loadStatusList(text, now, uri, kept),
    delta: ({ text, now, kept }) => verifier.applyDelta(text, now, kept),
  };
  for (const [index, step] of world.steps.entries()) {
    let outcome;
    try {
      take[step.object](step);
    } catch (error) {
      outcome = error.code;
    }
    if (outcome !== step.error) {
      differences.push(`${name}, step ${index} (${step.object}): got ${outcome ?? 'taken'}, wanted ${step.error ?? 'taken'}`);
    }
  }
  return verifier;
}

function judged(verifier, { input, now, audience, scene, challenge, twice }) {
  const options = { now, audience, scene, challenge, remember: true };
  verifier.forget();
  if (twice) verifier.verify(input, options);
  return verifier.verify(input, options);
}

function compare(what, got, want, differences) {
  // Verdicts serialise in one fixed order on both sides, so their texts may be compared; sorting keeps the comparison
  // about members and not about order.
  const [left, right] = [got, want].map((value) => JSON.stringify(sorted(value)));
  if (left !== right) differences.push(`${what}\n  got    ${left}\n  wanted ${right}`);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
