// Time per token of the browser's verifier in Node, and its ratio to one ES256 check by Node's own OpenSSL.
//
//     node tests/bench/wasm.mjs MODULES        (the folder that `cargo xtask wasm` writes for Node)

import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { Verifier } = await import(pathToFileURL(resolve(process.argv[2], 'verifier.js')));
const { worlds, cases } = JSON.parse(readFileSync(new URL('../vectors/verdicts.json', import.meta.url), 'utf8'));

/** A verifier that has been given a world's lists. */
function verifierOf({ roots, steps }) {
  const verifier = new Verifier({ roots });
  const take = { trust_list: 'loadTrustList', catalogue: 'loadCatalogue', status_list: 'loadStatusList', delta: 'applyDelta' };
  for (const { object, text, now, uri, error } of steps) {
    if (error === undefined) verifier[take[object]](text, now, uri);
  }
  return verifier;
}

/** Middle time of one call, in microseconds. */
function microseconds(work, rounds = 31, calls = 20) {
  const times = Array.from({ length: rounds }, () => {
    const started = process.hrtime.bigint();
    for (let call = 0; call < calls; call += 1) work();
    return Number(process.hrtime.bigint() - started) / calls / 1000;
  });
  return times.sort((a, b) => a - b)[rounds >> 1];
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const message = Buffer.alloc(450, 'x');
const signature = sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
const key = { key: createPublicKey(pair.privateKey), dsaEncoding: 'ieee-p1363' };
const raw = microseconds(() => verify('sha256', message, key, signature));

console.log(`one ES256 check by node:crypto: ${raw.toFixed(0)} µs`);
for (const profile of ['S', 'H']) {
  const one = cases.find(({ input, expect }) => expect.verdict === 'valid' && expect.profile === profile && input.startsWith('EL1:'));
  if (!one) throw new Error(`no valid case of profile ${profile} in the vectors`);
  const verifier = verifierOf(worlds[one.world]);
  const { input, now, audience, scene, challenge } = one;
  const time = microseconds(() => {
    // Each call is a first sight: without this the second would be told as a replay.
    verifier.forget();
    const { verdict } = verifier.verify(input, { now, audience, scene, challenge });
    if (verdict !== 'valid') throw new Error(verdict);
  });
  console.log(`WASM verify ${profile}, EL1 text: ${time.toFixed(0)} µs, ${(time / raw).toFixed(1)} x node:crypto`);
}
