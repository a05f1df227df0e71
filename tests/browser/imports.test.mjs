/**
 * What a script of the pages may import. `docs/ARCHITECTURE.md` gives the reasons; here each rule is checked on the pages
 * as they are, and seen to catch a breach planted in a small world of its own.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { root } from './harness.mjs';

/** Folders for all apps, and what each may import beside itself. Every other folder is an app. */
const COMMON = { shared: [], kit: ['shared'], page: ['shared', 'kit'] };

/** Scripts under `folder` as `{path: text}`, their paths beginning with `name`. */
function scriptsIn(folder, name = '') {
  const paths = readdirSync(join(root, folder), { recursive: true }).filter((path) => path.endsWith('.js'));
  return Object.fromEntries(paths.map((path) => [posix.join(name, path), readFileSync(join(root, folder, path), 'utf8')]));
}

/** The scripts that each script imports, static and dynamic. What lies outside (modules built elsewhere) is left out. */
function importsOf(scripts) {
  const found = {};
  for (const [path, text] of Object.entries(scripts)) {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
    const names = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(([, name]) => posix.join(posix.dirname(path), name));
    found[path] = names.filter((name) => name in scripts || !name.startsWith('..'));
  }
  return found;
}

/** A circle of imports, as the paths on the way round; null if there is none. */
function circle(imports) {
  const done = new Set();
  const walk = (path, way) => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of imports[path] ?? []) {
      const round = walk(next, [...way, path]);
      if (round) return round;
    }
    done.add(path);
    return null;
  };
  for (const path of Object.keys(imports)) {
    const round = walk(path, []);
    if (round) return round;
  }
  return null;
}

/** Each import that a rule forbids, in words. */
function breaches(imports) {
  const said = [];
  for (const [path, names] of Object.entries(imports)) {
    for (const name of names) {
      const why = breach(path, name);
      if (why) said.push(`${path} imports ${name}: ${why}`);
    }
  }
  return said;
}

function breach(path, name) {
  const [from, to] = [path.split('/')[0], name.split('/')[0]];
  if (from !== to) {
    const allowed = COMMON[from] ?? Object.keys(COMMON);
    if (!allowed.includes(to)) return to in COMMON ? `${from} stands below ${to}` : `it belongs to ${to}`;
  }
  if (isScreen(name) && ![`${from}/page.js`, `${from}/routes.js`].includes(path)) return 'only page.js or routes.js, which hold the routes, name screens';
  return null;
}

const isScreen = (path) => path.split('/')[1] === 'screens';

const pages = scriptsIn('assets/web');

test('no script is part of a circle of imports, neither in the pages nor in the element', () => {
  assert.equal(circle(importsOf(pages)), null);
  const shared = Object.fromEntries(Object.entries(pages).filter(([path]) => path.startsWith('shared/')));
  assert.equal(circle(importsOf({ ...scriptsIn('wasm-verifier/js/web'), ...shared })), null);
});

test('a screen imports kit, page, shared and its own app, never another screen', () => {
  const imports = importsOf(pages);
  assert.ok(Object.keys(imports).filter(isScreen).length >= 4, 'screens were found');
  assert.deepEqual(breaches(imports), []);
});

test('every import names a script that is there', () => {
  for (const [path, names] of Object.entries(importsOf(pages))) {
    for (const name of names) assert.ok(name in pages, `${path} imports ${name}`);
  }
});

test('a planted circle is found, also one that is closed by a dynamic import', () => {
  const round = circle(importsOf({
    'wallet/a.js': "import { b } from './b.js';",
    'wallet/b.js': "/* import { x } from './x.js'; */ const c = () => import('../kit/c.js');",
    'kit/c.js': "export { a } from '../wallet/a.js';",
  }));
  assert.deepEqual(round, ['wallet/a.js', 'wallet/b.js', 'kit/c.js', 'wallet/a.js']);
});

test('a planted breach of each rule is found', () => {
  const world = {
    'wallet/page.js': "import { list } from './screens/list.js';",
    'wallet/screens/list.js': "import { el } from '../../shared/dom.js';\nimport { row } from '../row.js';",
    'wallet/screens/card.js': '',
    'wallet/row.js': "import { call } from '../page/client.js';",
    'inspector/page.js': '',
    'page/client.js': "import { rows } from '../kit/rows.js';",
    'kit/rows.js': "import { el } from '../shared/dom.js';",
    'shared/dom.js': '',
  };
  assert.deepEqual(breaches(importsOf(world)), []);
  for (const [path, name] of [
    ['wallet/screens/list.js', './card.js'],
    ['wallet/row.js', './screens/card.js'],
    ['wallet/screens/list.js', '../../inspector/page.js'],
    ['inspector/page.js', '../wallet/row.js'],
    ['kit/rows.js', '../page/client.js'],
    ['shared/dom.js', '../kit/rows.js'],
    ['page/client.js', '../wallet/row.js'],
  ]) {
    const planted = { ...world, [path]: `${world[path]}\nimport { x } from '${name}';` };
    assert.equal(breaches(importsOf(planted)).length, 1, `${path} imports ${name}`);
  }
});
