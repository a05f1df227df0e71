// Time per token of the browser's verifier in Node, and its ratio to one ES256 check by Node's own OpenSSL; and the time to
// load a catalogue of the longest kind, 8 MiB.
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

/** A key pair whose signatures have s in the lower half, as core wants them of operators and roots (SEC 1, 4.1.3). */
function signer(kid) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const parts = (typ, payload) => {
    const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [header, body] = [text({ alg: 'ES256', kid, typ }), text(payload)];
    const raw = sign('sha256', Buffer.from(`${header}.${body}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const s = BigInt(`0x${raw.toString('hex', 32)}`);
    if (s > order / 2n) raw.write((order - s).toString(16).padStart(64, '0'), 32, 'hex');
    return [header, body, raw.toString('base64url')];
  };
  return { kid, jwk: { kty, crv, x, y }, parts };
}

/** Roots, a trust list, and a catalogue of a little less than 8 MiB: units of 20 kinds each. */
function longest(now) {
  const [root, own] = [signer('root'), signer('catalogue')];
  const roots = { keys: [{ kid: root.kid, jwk: root.jwk }], threshold: 1 };
  const names = (text) => ({ 'zh-CN': text, en: text });
  const life = { iat: now - 60, exp: now + 86_400 };
  const key = { kid: own.kid, jwk: own.jwk, purpose: 'catalogue', nbf: now - 3_600, exp: now + 86_400 };
  const operators = [{ id: 'lz.990000', names: names('bench'), regions: ['99'], keys: [key] }];
  const [header, payload, signature] = root.parts('trustlist+jwt', { version: 1, ...life, refresh: now + 3_600, roots, operators });
  const kinds = Array.from({ length: 20 }, (_, number) => `11100000MB0143028R0${number + 10}`);
  const units = Array.from({ length: 11_000 }, (_, number) => ({
    id: `1199${String(number).padStart(6, '0')}MB00000`, names: names(`单位${number}`), kinds,
  }));
  const catalogue = { iss: 'lz.990000', version: 1, ...life, units, kinds: kinds.map((code) => ({ code, names: names(code), labels: {} })), scenes: [] };
  return {
    roots,
    trustList: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    catalogue: own.parts('catalogue+jwt', catalogue).join('.'),
  };
}

const now = Math.floor(Date.now() / 1000);
const { roots, trustList, catalogue } = longest(now);
const loads = Array.from({ length: 7 }, () => {
  const verifier = new Verifier({ roots });
  verifier.loadTrustList(trustList, now);
  const started = process.hrtime.bigint();
  verifier.loadCatalogue(catalogue, now);
  return Number(process.hrtime.bigint() - started) / 1e6;
}).sort((a, b) => a - b);
const size = (catalogue.length / 2 ** 20).toFixed(2);
console.log(`WASM load of a catalogue of ${size} MiB: ${loads[3].toFixed(0)} ms (${loads[0].toFixed(0)} to ${loads[6].toFixed(0)})`);
