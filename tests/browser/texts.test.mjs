/** What can be told of the pages without running them: texts in both languages, and nothing missing offline. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from './harness.mjs';

const web = join(root, 'assets/web');
const read = (path) => readFileSync(join(web, path), 'utf8');
const files = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(web, join(entry.parentPath ?? entry.path, entry.name)));
const element = join(root, 'wasm-verifier/js/web');
const scripts = [
  ...files.filter((path) => path.endsWith('.js') && path !== 'sw.js').map((path) => join(web, path)),
  ...readdirSync(element, { recursive: true })
    .filter((path) => path.endsWith('.js'))
    .map((path) => join(element, path)),
];
const texts = Object.fromEntries(['zh-CN', 'en'].map((lang) => [lang, JSON.parse(read(`i18n/${lang}.json`))]));

test('both languages have the same texts, none empty, with the same places to fill', () => {
  assert.deepEqual(Object.keys(texts['zh-CN']), Object.keys(texts.en));
  for (const [key, zh] of Object.entries(texts['zh-CN'])) {
    const en = texts.en[key];
    assert.ok(zh && en, key);
    const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
    assert.deepEqual(places(zh), places(en), key);
  }
});

test('every text a script asks for exists, and every text is asked for', () => {
  const source = scripts.map((path) => readFileSync(path, 'utf8')).join('\n');
  const asked = new Set([...source.matchAll(/'([a-z_]+(?:\.[a-zA-Z_]+)+|name|back)'/g)].map(([, key]) => key));
  // Families whose last part comes from a value.
  const families = ['check.', 'result.', 'status.', 'verify.picture_', 'widget.camera_'];
  for (const [, family] of source.matchAll(/t\(`([a-z]+\.[a-z_]*)\$\{/g)) assert.ok(families.includes(family), family);
  for (const [, key] of source.matchAll(/\bt\('([^']+)'/g)) assert.ok(key in texts.en, `${key} is missing`);
  const unused = Object.keys(texts.en).filter((key) => !asked.has(key) && !families.some((family) => key.startsWith(family)));
  assert.deepEqual(unused, []);
});

test('the service worker keeps every file of the pages', () => {
  const worker = read('sw.js');
  const kept = new Set([...worker.matchAll(/^ {2}'(\/[^']+)',$/gm)].map(([, path]) => path));
  const missing = files
    .filter((path) => /\.(js|css|json|svg)$/.test(path) && path !== 'sw.js')
    .filter((path) => !kept.has(`/assets/${path}`));
  assert.deepEqual(missing, []);
});

test('the package takes along every text that its scripts ask for', () => {
  const source = scripts.filter((path) => path.startsWith(element) || path.includes('/shared/')).map((path) => readFileSync(path, 'utf8'));
  const [, list] = /const TEXTS: [^=]*= \[([^\]]*)\]/.exec(readFileSync(join(root, 'xtask/src/package.rs'), 'utf8'));
  const taken = [...list.matchAll(/"([^"]+)"/g)].map(([, family]) => family);
  for (const [, key] of source.join('\n').matchAll(/[`']([a-z_]+\.[a-z_]+)/g)) {
    if (key in texts.en) assert.ok(taken.some((family) => key.startsWith(family)), key);
  }
});

test('no script parses strings as HTML or code', () => {
  for (const path of [...scripts, join(web, 'sw.js')]) {
    assert.doesNotMatch(readFileSync(path, 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, path);
  }
});
