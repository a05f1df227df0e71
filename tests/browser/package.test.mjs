/** The npm package as its users get it: packed, installed in an empty project, imported, typed, linted. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { modules, root } from './harness.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const NAME = '@liangzheng/verifier';
let project;
let tarball;
let packed;

before(async () => {
  project = mkdtempSync(join(tmpdir(), 'lz-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: modules });
  [packed] = JSON.parse(stdout);
  tarball = join(project, packed.filename);
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], { cwd: project });
});

after(() => rmSync(project, { recursive: true, force: true }));

const installed = (path) => join(project, 'node_modules', NAME, path);

test('the package has the workspace’s version, its licence, and nothing it does not need', () => {
  const [, version] = /\[workspace\.package\]\nversion = "([^"]+)"/.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  assert.equal(packed.version, version);
  const paths = packed.files.map(({ path }) => path);
  for (const path of ['LICENSE', 'README.md', 'custom-elements.json', 'package.json', 'web/element.d.ts', 'node/verifier.js']) {
    assert.ok(paths.includes(path), path);
  }
  assert.deepEqual(paths.filter((path) => !/^(web|node)\/|^(LICENSE|README\.md|custom-elements\.json|package\.json)$/.test(path)), []);
  assert.equal(paths.filter((path) => path.endsWith('.wasm')).length, 3, 'each module once');
});

test('the README’s example, run in an empty project, verifies', async () => {
  const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(installed('README.md'), 'utf8'));
  assert.ok(example.trim().split('\n').filter((line) => line.trim()).length <= 13, 'ten lines and their imports');
  const { worlds, cases } = JSON.parse(readFileSync(join(root, 'tests/vectors/verdicts.json'), 'utf8'));
  const one = cases.find(
    ({ world, scene, challenge, expect }) => world === 'main' && scene && !challenge && expect.code === 'OK' && expect.cautions.length === 0,
  );
  // The first of each are one operator's.
  const first = (object) => worlds.main.steps.find((step) => step.object === object && !step.error).text;
  const files = {
    'roots.json': JSON.stringify(worlds.main.roots),
    'trust-list': first('trust_list'),
    catalogue: first('catalogue'),
    'status-list': first('status_list'),
    'code.txt': one.input,
    // The vectors stand at a fixed time; the example asks the machine's clock.
    'clock.mjs': `Date.now = () => ${one.now * 1000};\n`,
    'example.mjs': example.replace("'hotel.checkin'", JSON.stringify(one.scene)),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const { stdout } = await run(process.execPath, ['--import', './clock.mjs', 'example.mjs'], { cwd: project });
  assert.equal(stdout.trim(), `valid OK ${one.expect.message.en}`);
});

test('every entry is there in Node, and the element may be imported where there is no page', async () => {
  const script = `
    import { qrSvg, makeChallenge, readChallenge } from '${NAME}/wallet';
    import { readCodes } from '${NAME}/scanner';
    import { LicenceVerifier } from '${NAME}/element';
    import { createRequire } from 'node:module';
    import { readFileSync } from 'node:fs';
    const require = createRequire(import.meta.url);
    const asked = readChallenge(makeChallenge({ aud: 'hotel', rp: '91990100MA0000314U', scene: 'hotel.checkin' }));
    const wasm = ['verifier', 'wallet', 'scanner'].map((name) => readFileSync(require.resolve('${NAME}/' + name + '.wasm'))[0]);
    console.log(JSON.stringify([
      asked.rp, qrSvg('X').slice(0, 4), readCodes({ data: new Uint8Array(4), width: 1, height: 1 }), LicenceVerifier.version, wasm,
      require('${NAME}/package.json').name, require('${NAME}/custom-elements.json').schemaVersion, require('${NAME}/manifest.json').version,
    ]));`;
  writeFileSync(join(project, 'entries.mjs'), script);
  const { stdout } = await run(process.execPath, ['entries.mjs'], { cwd: project });
  const { version } = packed;
  assert.deepEqual(JSON.parse(stdout), ['91990100MA0000314U', '<svg', [], version, [0, 0, 0], NAME, '1.0.0', version]);
});

test('its types say what it does', async () => {
  const uses = `
    import { Verifier, LiangzhengError, type Verdict } from '${NAME}';
    import { LicenceVerifier } from '${NAME}/element';
    const verifier = new Verifier({ roots: '{}' });
    const verdict: Verdict = verifier.verify('EL1:', { now: 1, scene: null });
    const valid: boolean = verdict.verdict === 'valid' && verdict.checks[0].result === 'pass';
    const element: LicenceVerifier = document.createElement('licence-verifier');
    element.roots = { keys: [], threshold: 1 };
    element.addEventListener('result', ({ detail }) => console.log(detail.code, valid, LiangzhengError.name));
    const all: Promise<Verdict[]> = element.verify(new Blob());
    // @ts-expect-error a misspelt option must not pass
    verifier.verify('EL1:', { now: 1, scenes: 'x' });
    // @ts-expect-error this is no verdict
    console.log(verdict.verdict === 'ok', all);
  `;
  writeFileSync(join(project, 'uses.ts'), uses);
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom'];
  const { stdout } = await run(process.execPath, [tsc, ...options, 'uses.ts'], { cwd: project }).catch((error) => error);
  assert.equal(stdout, '');
});

test('publint and arethetypeswrong find nothing', async () => {
  const { publint } = await import('publint');
  const { messages } = await publint({ pkgDir: installed(''), strict: true, pack: false });
  assert.deepEqual(messages, []);
  // ES modules only: the two ways of finding CommonJS are not offered. The .wasm and .json entries have no types.
  const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js');
  const entries = ['.', 'element', 'scanner', 'wallet'];
  const options = [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color', '--entrypoints', ...entries];
  const { stdout, code = 0 } = await run(process.execPath, [attw, ...options]).catch((error) => error);
  assert.equal(code, 0, stdout);
});

test('the hashes printed for a version are those of its files', () => {
  const manifest = JSON.parse(readFileSync(installed('web/manifest.json'), 'utf8'));
  const readme = readFileSync(installed('README.md'), 'utf8');
  assert.ok(Object.keys(manifest.files).length >= 20);
  for (const [name, hash] of Object.entries(manifest.files)) {
    const found = createHash('sha384').update(readFileSync(installed(`web/${name}`))).digest('base64');
    assert.equal(`sha384-${found}`, hash, name);
    assert.ok(readme.includes(`| \`${name}\` | \`${hash}\` |`), name);
  }
  const loadable = packed.files.map(({ path }) => path).filter((path) => /^web\/.*\.(js|wasm|css)$/.test(path));
  assert.deepEqual(loadable.map((path) => path.slice(4)).sort(), Object.keys(manifest.files).sort());
});

test('the element’s manifest names what its source has', () => {
  const { modules: [module] } = JSON.parse(readFileSync(installed('custom-elements.json'), 'utf8'));
  const [declaration] = module.declarations;
  const source = readFileSync(installed(module.path), 'utf8');
  const settings = readFileSync(installed('web/element/settings.js'), 'utf8');
  for (const { name } of declaration.attributes) assert.ok((source + settings).includes(`'${name}'`), name);
  const [, observed] = /observedAttributes = \[([\s\S]*?)\];/.exec(source);
  for (const [, name] of observed.matchAll(/'([a-z-]+)'/g)) {
    assert.ok(declaration.attributes.some((attribute) => attribute.name === name), name);
  }
  for (const { kind, name } of declaration.members) if (kind === 'method') assert.match(source, new RegExp(`async ${name}\\(`));
  const readme = readFileSync(installed('README.md'), 'utf8');
  for (const { name } of [...declaration.attributes, ...declaration.events, ...declaration.cssProperties]) {
    assert.ok(readme.includes(`\`${name}\``), name);
  }
});
