/**
 * The copies of the pages that the service worker holds: which one a page reads, which ones stay. A proxy before the
 * server stands for a server of another release, or one that is restarted in the middle.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { logIn, modules, newPage, root, serverAndBrowser } from './harness.mjs';

const SCANNER = '/assets/wasm/scanner_wasm_bg.wasm';
const RELEASE = '/assets/wasm/release.js';
const BUILD = '/assets/release.txt';
const TEXTS = '/assets/i18n/shared.zh-CN.json';
const web = join(root, 'assets/web');
const DAY = 86_400_000;
const { server, browser } = await serverAndBrowser();
let proxy;
let page;

beforeEach(async () => {
  proxy = await startProxy(server.url);
  page = await newPage(browser);
});

afterEach(async () => {
  await page.context().close();
  proxy.close();
});

/** Hands everything on, but for the files in `changed`; `onRequest` sees each path first and may answer itself. */
async function startProxy(target) {
  const self = { changed: new Map(), onRequest: () => undefined };
  const listener = http.createServer((request, response) => {
    self.onRequest(request.url, response);
    if (response.headersSent) return;
    const body = self.changed.get(request.url);
    const headers = { ...request.headers, 'accept-encoding': 'identity' };
    // What was changed is never what the browser holds.
    if (body) delete headers['if-none-match'];
    // A connection of its own: one that is kept may be closed by the server in the moment in which it is used again.
    const onward = http.request(target + request.url, { method: request.method, headers, agent: false }, (answer) => {
      if (body) {
        const { etag, 'content-length': length, ...rest } = answer.headers;
        answer.resume();
        response.writeHead(answer.statusCode, rest).end(body);
      } else {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      }
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  self.url = `http://127.0.0.1:${listener.address().port}`;
  self.close = () => {
    listener.closeAllConnections();
    listener.close();
  };
  return self;
}

/** A later release, whose reader module is another. */
function nextRelease() {
  // An empty custom section: other bytes, the same program.
  const scanner = Buffer.concat([readFileSync(join(modules, 'web/scanner_wasm_bg.wasm')), Buffer.from([0, 2, 1, 120])]);
  const hash = createHash('sha384').update(scanner).digest('base64');
  const release = readFileSync(join(modules, 'web/release.js'), 'utf8');
  const changed = release.replace(/(scanner_wasm_bg\.wasm": "sha384-)[^"]+/, `$1${hash}`);
  assert.notEqual(changed, release);
  return [
    [RELEASE, changed],
    [SCANNER, scanner],
    [BUILD, 'a later build'],
  ];
}

/** Puts `title` in the place of the page's own. */
function retitled(title) {
  const texts = readFileSync(new URL('../../assets/web/i18n/shared.zh-CN.json', import.meta.url), 'utf8');
  return texts.replace(/("verify\.title": )"[^"]+"/, `$1"${title}"`);
}

/** Opens the page, and waits until the worker has done what this visit makes it do. */
async function open(target = page) {
  await target.goto(`${proxy.url}/verify`);
  await target.waitForSelector('html[data-ready=offline]');
  await target.evaluate(() => navigator.locks.request('shell-', () => undefined));
}

const copies = () => page.evaluate(() => caches.keys());

/** Each complete copy, with whether its reader module is of the release it says. */
const wholeness = () =>
  page.evaluate(
    async ({ scanner, release }) => {
      const found = [];
      for (const name of await caches.keys()) {
        const copy = await caches.open(name);
        if (!(await copy.match('/complete'))) continue;
        const bytes = await (await copy.match(scanner)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
        const hash = btoa(String.fromCharCode(...digest));
        found.push((await (await copy.match(release)).text()).includes(hash));
      }
      return found;
    },
    { scanner: SCANNER, release: RELEASE },
  );

/** Reads a picture without a code, for which the reader module must be there; gives what the page says. */
async function readPicture(place = '.notice') {
  const buffer = await page.locator('h1').screenshot();
  await page.setInputFiles('#picture', { name: 'a.png', mimeType: 'image/png', buffer });
  const said = page.locator(place).filter({ hasText: /未识别|没有核验码|不可用/ });
  await said.waitFor();
  return said.textContent();
}

/** As a browser does whenever it likes; the worker then starts anew and has only what it wrote down. */
async function stopWorker() {
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

test('a copy made while the clock was a year ahead does not outlive the next release', async () => {
  await open();
  await page.evaluate(async (time) => {
    const [name] = await caches.keys();
    const [copy, dated] = [await caches.open(name), await caches.open(`shell-${String(time).padStart(16, '0')}`)];
    for (const request of await copy.keys()) await dated.put(request, await copy.match(request));
    await caches.delete(name);
  }, Date.now() + 365 * DAY);
  proxy.changed.set(TEXTS, retitled('新版'));
  await open();
  await open();
  assert.equal(await page.textContent('h1'), '新版');
  assert.ok((await copies()).every((name) => !/^shell-\d+$/.test(name)), 'the dated copy is gone');

  proxy.changed.set(TEXTS, retitled('更新版'));
  await open();
  await open();
  assert.equal(await page.textContent('h1'), '更新版');
  assert.deepEqual(page.faults, []);
});

test('a page open across releases goes on with its own copy, the worker stopped meanwhile or not', async () => {
  await open();
  // The first visit got its copy only after it was opened; this one is opened from it.
  await open();
  for (const [path, body] of nextRelease()) proxy.changed.set(path, body);
  const other = await page.context().newPage();
  for (let visit = 0; visit < 3; visit += 1) await open(other);
  await stopWorker();
  assert.match(await readPicture(), /未识别到二维码/);
  assert.deepEqual([...new Set(await wholeness())], [true]);

  await open();
  await open();
  await open();
  assert.match(await readPicture(), /未识别到二维码/);
  // A page just left may still count as open when a visit looks; a later one finds it gone.
  for (let visit = 0; visit < 5 && (await copies()).length > 3; visit += 1) await open();
  assert.ok((await copies()).length <= 3, 'copies that no page reads are gone');
  assert.deepEqual(page.faults, []);
});

test('the first visit, opened before there was a worker, keeps to the release it came with', async () => {
  await open();
  for (const [path, body] of nextRelease()) proxy.changed.set(path, body);
  const other = await page.context().newPage();
  for (let visit = 0; visit < 3; visit += 1) await open(other);
  assert.match(await readPicture(), /未识别到二维码/);
});

test('the first visit after a release can read a picture at once', async () => {
  await open();
  for (const [path, body] of nextRelease()) proxy.changed.set(path, body);
  await open();
  assert.match(await readPicture(), /未识别到二维码/);
  await open();
  assert.match(await readPicture(), /未识别到二维码/);
});

test('the wallet, open across a release, can still read a verifier’s code', async () => {
  await open();
  await logIn(page, { ...server, url: proxy.url }, 'lin');
  for (const [path, body] of nextRelease()) proxy.changed.set(path, body);
  const other = await page.context().newPage();
  for (let visit = 0; visit < 3; visit += 1) await open(other);
  await page.goto(`${proxy.url}/wallet#answer`);
  await page.waitForSelector('#challenge');
  assert.match(await readPicture('#problem'), /没有核验码/);
});

test('a server replaced in the middle of a fetch leaves no copy of two releases', async () => {
  await open();
  proxy.onRequest = (path) => {
    if (path !== SCANNER) return;
    for (const [changed, body] of nextRelease()) proxy.changed.set(changed, body);
  };
  await open();
  assert.ok(proxy.changed.has(SCANNER), 'the server was replaced');
  assert.deepEqual(await wholeness(), [true]);
  assert.equal((await copies()).length, 1);
  await open();
  assert.deepEqual(await wholeness(), [true, true]);
});

test('builds that differ only in a script of the pages are different releases', async () => {
  // What the server says of its build is a digest over every file in it.
  const files = readdirSync(web, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const lines = files.map((entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    return `${relative(web, path)} ${createHash('sha256').update(readFileSync(path)).digest('base64')}\n`;
  });
  const whole = createHash('sha256').update(lines.sort().join('')).update(readFileSync(join(modules, 'web/release.js')));
  assert.equal(await (await fetch(server.url + BUILD)).text(), whole.digest('base64'));

  await open();
  const held = await copies();
  proxy.onRequest = (path) => {
    if (path !== SCANNER) return;
    proxy.changed.set(TEXTS, retitled('新版'));
    proxy.changed.set(BUILD, 'a later build');
  };
  await open();
  assert.ok(proxy.changed.has(TEXTS), 'the server was replaced');
  assert.deepEqual(await copies(), held);
});

test('a copy that could not be finished is taken away', async () => {
  await open();
  const held = await copies();
  proxy.onRequest = (path, response) => {
    if (path !== SCANNER) return;
    // Its beginning only, as when the network goes.
    response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': 1000 });
    response.write('0', () => response.destroy());
  };
  await open();
  assert.deepEqual(await copies(), held);
});

test('two tabs opened at once make a copy each, not one together', async () => {
  await open();
  const other = await page.context().newPage();
  await Promise.all([open(), open(other)]);
  assert.ok((await copies()).includes('shell-copy-3'), String(await copies()));
  assert.ok((await wholeness()).every(Boolean));
});
