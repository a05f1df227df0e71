/** The verdict vectors through the WASM verifier, in Node and in Chromium; and what no vector says of the modules. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { serveFiles } from './files.mjs';
import { modules, root, startBrowser } from './harness.mjs';
import { runVectors } from './vectors.mjs';

const VECTORS = join(root, 'tests/vectors/verdicts.json');

/** Bytes after gzip -9, as wasm-verifier/README.md says: what a page loads before it can answer. */
const BUDGETS = { verifier: 80_000, wallet: 120_000, scanner: 320_000 };

test('every vector gives its verdict in Node', async () => {
  const { Verifier } = await import(join(modules, 'node/verifier.js'));
  const { unpack } = await import(join(modules, 'node/wallet.js'));
  const { ran, differences } = runVectors(JSON.parse(readFileSync(VECTORS, 'utf8')), { Verifier, unpack });
  assert.ok(ran >= 250, `${ran} cases`);
  assert.deepEqual(differences, []);
});

test('every vector gives its verdict in Chromium', { timeout: 120_000 }, async () => {
  const files = await serveFiles({ '/vectors.mjs': join(root, 'tests/browser/vectors.mjs'), '/verdicts.json': VECTORS });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${files.url}/blank`);
    const { ran, differences } = await page.evaluate(async () => {
      const [{ Verifier }, { unpack }, { runVectors }, vectors] = await Promise.all([
        import('/wasm/verifier.js'),
        import('/wasm/wallet.js'),
        import('/vectors.mjs'),
        fetch('/verdicts.json').then((response) => response.json()),
      ]);
      return runVectors(vectors, { Verifier, unpack });
    });
    assert.ok(ran >= 250, `${ran} cases`);
    assert.deepEqual(differences, []);
  } finally {
    await browser.close();
    files.close();
  }
});

test('a wrong call throws a LiangzhengError with a code and both languages, and the verifier goes on working', async () => {
  const { Verifier, LiangzhengError } = await import(join(modules, 'node/verifier.js'));
  const wallet = await import(join(modules, 'node/wallet.js'));
  const { worlds } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const verifier = new Verifier({ roots: Object.values(worlds)[0].roots });
  const calls = {
    'roots that are no root file': () => new Verifier({ roots: '{}' }),
    'roots that are no JSON': () => new Verifier({ roots: 'x' }),
    'a text that is no string': () => verifier.verify(7, { now: 1 }),
    'no clock': () => verifier.verify('x', {}),
    'half a second': () => verifier.verify('x', { now: 1.5 }),
    'an option misspelt': () => verifier.verify('x', { now: 1, scenes: 'hotel.checkin' }),
    'a challenge that is none': () => verifier.verify('x', { now: 1, challenge: 'EL1:ABC' }),
    'a trust list that is none': () => verifier.loadTrustList('{}'),
    'a catalogue before the trust list': () => verifier.loadCatalogue('a.b.c'),
    'floors that are none': () => verifier.restore({ x: 1 }),
    'a grant without its end': () => wallet.kbSigningInput('a.b.c', 'hotel', 'AAAAAAAAAAAAAAAA', 1),
    'a nonce too short': () => wallet.kbSigningInput('a.b.c~', 'hotel', 'AAAA', 1),
    'a signature too short': () => wallet.presentation('a.b.c~', 'd.e', new Uint8Array(63)),
    'a code too long to draw': () => wallet.qrSvg('A'.repeat(5000)),
    'a challenge unreadable': () => wallet.readChallenge('EC1:A'),
    'a presentation that is none': () => wallet.pack('nothing'),
  };
  for (const [name, call] of Object.entries(calls)) {
    assert.throws(
      call,
      (error) =>
        error instanceof LiangzhengError &&
        error.code !== 'INTERNAL' &&
        error.texts['zh-CN'] &&
        error.texts.en &&
        error.hint.en &&
        true,
      name,
    );
  }
  assert.equal(verifier.verify('nothing', { now: 1 }).verdict, 'invalid');
});

test('what was accepted is recalled whole, and dropped once it could not be shown again', async () => {
  const { Verifier } = await import(join(modules, 'node/verifier.js'));
  const { worlds } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const verifier = new Verifier({ roots: Object.values(worlds)[0].roots });
  const entry = (first, until) => {
    const bytes = new Uint8Array(48).fill(first, 0, 32);
    new DataView(bytes.buffer).setBigInt64(40, until, true);
    return [...bytes];
  };
  const [short, long] = [entry(1, 100n), entry(2, 200n)];
  verifier.recall(Uint8Array.from([...short, ...long]));
  assert.deepEqual([...verifier.accepted(100)], [...short, ...long]);
  assert.deepEqual([...verifier.accepted(101)], long);
  assert.deepEqual([...verifier.accepted()], [...short, ...long]);
  verifier.forget();
  assert.deepEqual([...verifier.accepted()], []);
});

test('each module keeps to its size', (t) => {
  const sizes = Object.fromEntries(
    Object.keys(BUDGETS).map((name) => [
      name,
      gzipSync(readFileSync(join(modules, `web/${name}_wasm_bg.wasm`)), { level: 9 }).length,
    ]),
  );
  t.diagnostic(`gzip -9: ${JSON.stringify(sizes)}`);
  for (const [name, size] of Object.entries(sizes)) {
    assert.ok(size <= BUDGETS[name], `${name}: ${size} bytes gzipped, at most ${BUDGETS[name]}`);
  }
});
