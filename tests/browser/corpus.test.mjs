/** A sample of the bad-input corpus through the WASM verifier in Chromium; Node has run all of it before. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveFiles } from './files.mjs';
import { root, startBrowser } from './harness.mjs';

const SAMPLE = join(root, 'target/corpus/sample.jsonl');

test('a sample of the corpus gets the same answers in Chromium', { timeout: 180_000 }, async (t) => {
  if (!existsSync(SAMPLE)) {
    // `cargo xtask test` has just written it; by hand it may be missing.
    assert.ok(!process.env.LZ_TEST_STRICT, `${SAMPLE} is missing: run the corpus before the browser's tests`);
    t.skip('no sample: run `cargo run -p liangzheng-corpus -- --sample target/corpus/sample.jsonl` first');
    return;
  }
  const files = await serveFiles({
    '/corpus/answer.mjs': join(root, 'tests/corpus/answer.mjs'),
    '/browser/vectors.mjs': join(root, 'tests/browser/vectors.mjs'),
    '/sample.jsonl': SAMPLE,
  });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${files.url}/blank`);
    const { asked, wrong } = await page.evaluate(async () => {
      const [{ Verifier }, { answerer }, sample] = await Promise.all([
        import('/wasm/verifier.js'),
        import('/corpus/answer.mjs'),
        fetch('/sample.jsonl').then((response) => response.text()),
      ]);
      const [head, ...lines] = sample.trimEnd().split('\n');
      const { answer, differences } = answerer(JSON.parse(head), Verifier);
      const wrong = [...differences];
      for (const line of lines.map((line) => JSON.parse(line))) {
        const got = JSON.stringify(sorted(answer(line)));
        const want = JSON.stringify(sorted(line.expect));
        if (got !== want) wrong.push(`${line.id}\n  got    ${got}\n  wanted ${want}`);
      }
      return { asked: lines.length, wrong: wrong.slice(0, 20) };

      function sorted(value) {
        if (Array.isArray(value)) return value.map(sorted);
        if (value === null || typeof value !== 'object') return value;
        return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
      }
    });
    t.diagnostic(`${asked} cases`);
    assert.ok(asked >= 4000, `${asked} cases`);
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
    files.close();
  }
});
