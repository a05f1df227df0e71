/** What can be told of the pages without running them: texts in both languages, and nothing missing offline. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from './harness.mjs';

const web = join(root, 'assets/web');
const element = join(root, 'wasm-verifier/js/web');
const read = (path) => readFileSync(join(web, path), 'utf8');
const files = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(web, join(entry.parentPath ?? entry.path, entry.name)));
const elementScripts = readdirSync(element, { recursive: true })
  .filter((path) => path.endsWith('.js'))
  .map((path) => join(element, path));

/** Scripts by the folder of `assets/web` they stand in; the element's under `widget`. */
const scripts = { widget: elementScripts };
for (const path of files.filter((one) => one.endsWith('.js') && one.includes('/'))) {
  (scripts[path.split('/')[0]] ??= []).push(join(web, path));
}
const allScripts = [...Object.values(scripts).flat(), join(web, 'sw.js')];

/** Texts by the folder whose scripts ask for them, then by language. */
const catalogues = {};
for (const path of files.filter((one) => one.startsWith('i18n/'))) {
  const [, folder, lang] = /^i18n\/([a-z]+)\.(zh-CN|en)\.json$/.exec(path);
  (catalogues[folder] ??= {})[lang] = JSON.parse(read(path));
}
const keysOf = (folder) => Object.keys(catalogues[folder]?.en ?? {});

/** The catalogues that are loaded wherever the scripts of `folder` run. */
function within(folder) {
  if (folder === 'shared') return ['shared'];
  if (folder === 'widget') return ['shared', 'widget'];
  return [...new Set(['shared', 'page', ...(folder === 'kit' ? [] : [folder])])];
}

/** Families whose last part comes from a value. */
const FAMILIES = [
  'about.',
  'act.',
  'agency.as_',
  'agencyact.',
  'agencyeffect.',
  'agencyeffect.approve_',
  'agencylevel.',
  'agencystate.',
  'assurance.',
  'capacity.',
  'caseact.',
  'caseeffect.',
  'casemode.',
  'change.',
  'carrier.',
  'check.',
  'coding.',
  'consequence.',
  'counter.',
  'counter.facing_',
  'analysisact.',
  'analysiseffect.',
  'analysisstate.',
  'decision.',
  'dimension.',
  'delegate.document_',
  'differs.',
  'document.',
  'draft.valid_to_',
  'drawing.',
  'effect.',
  'evidence.',
  'exempt.',
  'file.check.',
  'found.',
  'dutyact.',
  'dutyeffect.',
  'dutyside.',
  'duplicateact.',
  'duplicateeffect.',
  'duplicatestate.',
  'usefooting.',
  'usekind.',
  'used.only_',
  'letteract.',
  'lettereffect.',
  'letterstate.',
  'holder.',
  'importtype.',
  'keystate.',
  'licenceact.',
  'licenceeffect.',
  'licencestate.',
  'mask.',
  'materialfooting.',
  'mattertype.',
  'means.',
  'medium.',
  'member.',
  'memberstate.',
  'new.',
  'place.',
  'profile.',
  'proof.',
  'proposalstate.',
  'purpose.',
  'recovery.then_',
  'requeststate.',
  'result.',
  'role.',
  'scan.camera_',
  'secrecy.',
  'section.',
  'sort.',
  'state.',
  'store.',
  'succession.by_',
  'taskact.',
  'theme.',
  'type.',
  'unitact.',
  'uniteffect.',
  'unitstate.',
  'validity.',
  'verify.picture_',
  'weekday.',
  'whose.',
  'within.',
  'widget.store_',
];

const sourceOf = (folder) => scripts[folder].map((path) => readFileSync(path, 'utf8')).join('\n');

test('both languages have the same texts, none empty, with the same places to fill, each in one catalogue', () => {
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  const seen = new Set();
  for (const [folder, texts] of Object.entries(catalogues)) {
    assert.ok(scripts[folder], `no script stands in ${folder}`);
    assert.deepEqual(Object.keys(texts['zh-CN']), Object.keys(texts.en), folder);
    for (const [key, zh] of Object.entries(texts['zh-CN'])) {
      assert.ok(zh && texts.en[key], key);
      assert.deepEqual(places(zh), places(texts.en[key]), key);
      assert.ok(!seen.has(key), `${key} stands in two catalogues`);
      seen.add(key);
    }
  }
});

test('Chinese is punctuated in full width, and has one word for one thing', () => {
  const chinese = files.filter((path) => path.startsWith('i18n/') && path.includes('zh-CN')).map((path) => [path, read(path)]);
  const documents = files.filter((path) => path.endsWith('.html')).map((path) => [path, read(path)]);
  for (const [path, text] of [...chinese, ...documents]) {
    for (const line of text.split('\n')) {
      assert.doesNotMatch(line, /[\u4e00-\u9fff」》}] ?[,;!?(]|[\u4e00-\u9fff」》][:)]|[,;:!?)] ?[\u4e00-\u9fff「《]|[“”]/, path);
      assert.doesNotMatch(line, /PIN|帐号|账户|用户名|登录名|亮证码密码/, path);
    }
  }
});

test('every text a script asks for is loaded where it runs, and every text is asked for', () => {
  const asked = new Set();
  for (const folder of Object.keys(scripts)) {
    const known = within(folder).flatMap(keysOf);
    const source = sourceOf(folder);
    for (const [, family] of source.matchAll(/\bt\(`([a-z]+\.(?:[a-z_]+\.)*[a-z_]*)\$\{/g)) {
      assert.ok(FAMILIES.includes(family), family);
      assert.ok(known.some((key) => key.startsWith(family)), `${folder}: ${family} is missing`);
    }
    for (const [, key] of source.matchAll(/\bt\('([^']+)'/g)) assert.ok(known.includes(key), `${folder}: ${key} is missing`);
    for (const [, key] of source.matchAll(/'([a-z_]+(?:\.[a-zA-Z_]+)+|name|back)'/g)) asked.add(key);
  }
  const all = Object.keys(catalogues).flatMap(keysOf);
  const unused = all.filter((key) => !asked.has(key) && !FAMILIES.some((family) => key.startsWith(family)));
  assert.deepEqual(unused, []);
});

test('every text of a family is for a value that there is', () => {
  const values = new Set(['0', '1', '2', '3', '4', '5', '6']);
  const named = (text, pattern) => [...text.matchAll(pattern)].forEach(([, word]) => values.add(word));
  for (const path of allScripts) {
    const text = readFileSync(path, 'utf8');
    named(text, /['"`]([\w.-]+)['"`]/g);
    named(text, /\b(\w+):/g);
  }
  // What only the server or core says: members, states, names of checks.
  named(readFileSync(join(root, 'docs/openapi.json'), 'utf8'), /"(\w+)"/g);
  for (const folder of ['core/src', 'server/src']) {
    const sources = readdirSync(join(root, folder), { recursive: true }).filter((path) => path.endsWith('.rs'));
    for (const path of sources) named(readFileSync(join(root, folder, path), 'utf8'), /"(\w+)"/g);
  }
  const longest = (key) => FAMILIES.filter((family) => key.startsWith(family)).toSorted((one, other) => other.length - one.length)[0];
  const dead = Object.keys(catalogues).flatMap(keysOf).filter((key) => longest(key) && !values.has(key) && !values.has(key.slice(longest(key).length)));
  assert.deepEqual(dead, []);
});

test('every page names a folder of scripts, whose texts it then gets', () => {
  for (const path of files.filter((one) => one.endsWith('/page.js'))) {
    const folder = path.split('/')[0];
    const page = read(`${folder}/index.html`);
    assert.match(page, new RegExp(`<html lang="zh-CN" data-app="${folder}">`));
    assert.ok(existsSync(join(web, `i18n/${folder}.en.json`)), folder);
  }
});

test('the service worker keeps every file of the pages', () => {
  const worker = read('sw.js');
  const kept = [...worker.matchAll(/^ {2}'(\/[^']+)',$/gm)].map(([, path]) => path);
  const expected = files
    .filter((path) => /\.(js|css|json|svg|webmanifest)$/.test(path) && path !== 'sw.js' && !path.startsWith('i18n/widget.'))
    .map((path) => `/assets/${path}`);
  const ours = kept.filter((path) => path.startsWith('/assets/') && !path.startsWith('/assets/wasm/'));
  assert.deepEqual(ours.toSorted(), expected.toSorted());
});

test('the package takes along the catalogues that its scripts ask', () => {
  const [, list] = /const TEXTS: [^=]*= \[([^\]]*)\]/.exec(readFileSync(join(root, 'xtask/src/package.rs'), 'utf8'));
  assert.deepEqual([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name), within('widget'));
});

test('the pages and the element have the same colours in the dark', () => {
  const colours = (css, selector) => {
    const [, body] = new RegExp(`${selector} \\{([^}]*)\\}`).exec(css);
    return body.split(';').map((line) => line.trim()).filter(Boolean);
  };
  const ofPages = colours(read('css/base.css').replace(/^[\s\S]*prefers-color-scheme: dark/, ''), ':root');
  assert.deepEqual(ofPages, colours(readFileSync(join(element, 'element/element.css'), 'utf8'), '\\.dark'));
});

test('no script parses strings as HTML or code', () => {
  for (const path of allScripts) {
    assert.doesNotMatch(readFileSync(path, 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, path);
  }
});
