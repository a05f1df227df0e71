/**
 * The real server (its demo province in an empty folder), a real Chromium, and small hands for both.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const modules = join(root, 'target/modules');

/** What a phone of middling size shows. */
const PHONE = { width: 390, height: 844 };

/** Longest wait for a server: its demo issues hundreds of licences first. */
const STARTS_IN_MS = 180_000;

const CHROMIUM = process.env.LZ_TEST_CHROMIUM ?? '/usr/bin/chromium';

/** The newest build of one of our programs, so that a stale release does not hide what was just changed. */
export function binary(name) {
  const built = ['debug', 'release'].map((profile) => join(root, 'target', profile, name)).filter(existsSync);
  if (built.length === 0) throw new Error(`no ${name} is built: run \`cargo build --workspace --bins\``);
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** With `tls` it serves HTTPS with a certificate it made itself, as on a phone in the same network; `env` holds settings. */
export async function startServer({ tls = false, env = {} } = {}) {
  // Somebody else may take the free port before the server does.
  for (let left = 2; ; left -= 1) {
    try {
      return await serverAt(await freePort(), { tls, env });
    } catch (error) {
      if (left === 0 || !/in use/i.test(error.message)) throw error;
    }
  }
}

async function serverAt(port, { tls, env }) {
  const data = mkdtempSync(join(tmpdir(), 'lz-browser-'));
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const log = [];
  const child = spawn(
    binary('liangzheng-server'),
    ['demo', '--data', data, '--port', String(port), '--assets', join(modules, 'web'), ...(tls ? ['--tls'] : [])],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.push(chunk.toString()));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const server = {
    url,
    log,
    roots: join(data, 'roots.json'),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await exited;
    },
    async close() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
  for (const begun = Date.now(); ; await sleep(100)) {
    const late = Date.now() - begun > STARTS_IN_MS;
    if (child.exitCode !== null || late) {
      await server.close();
      throw new Error(`the server did not come up:\n${log.join('')}`);
    }
    if (await isReady(url)) break;
  }
  server.demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));
  return server;
}

/** Asked without looking at the certificate: the server made it a moment ago. */
function isReady(url) {
  return new Promise((resolve) => {
    const { get } = url.startsWith('https:') ? https : http;
    get(`${url}/readyz`, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

/** `more`: further switches of Chromium. */
export function startBrowser(more = []) {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...more,
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The server and the browser that the tests of a file share. */
export async function serverAndBrowser(options) {
  const starting = [startBrowser(), startServer(options)];
  after(async () => {
    // If one could not start, the other has.
    for (const { value } of await Promise.allSettled(starting)) await value?.close();
  });
  const [browser, server] = await Promise.all(starting);
  return { server, browser };
}

/** A page in a browser profile of its own. What breaks the page's own rules is kept in `page.faults`. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: PHONE, deviceScaleFactor: 2, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) page.faults.push(message.text());
  });
  return page;
}

/** Ends a test's page, which must have kept its own rules. */
export async function done(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

/** Holds requests to `address` back. `asked` resolves with the first; `answer` lets all go on, as `how` says. */
export async function hold(page, address, how = (route) => route.continue()) {
  let answer;
  const answered = new Promise((resolve) => (answer = resolve));
  await page.route(address, async (route) => {
    await answered;
    await how(route);
  });
  const asked = page.waitForRequest(address);
  // Not every test waits for it.
  asked.catch(() => undefined);
  return { asked, answer };
}

/**
 * Asks `check`, which asserts, again and again until it holds: for a state that comes in its own time and that no selector
 * tells. The last refusal is what is told. Gives what `check` gives.
 */
export async function eventually(check, ms = 15_000) {
  for (const begun = Date.now(); ; await sleep(100)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() - begun > ms) throw error;
    }
  }
}

/** The focus comes to the control with this id. */
export const hasFocus = (page, id) =>
  eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.id), id));

/** As if the person had gone to another app, or come back. */
export const setHidden = (page, hidden) =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden ? 'hidden' : 'visible');

export const account = (server, login) => server.demo.accounts.find((one) => one.login === login);

/** Logs in on the wallet page and waits for the cards. */
export async function logIn(page, server, login) {
  const { password } = account(server, login);
  await page.goto(`${server.url}/wallet`);
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.card');
}

/** Opens a card, chooses the scene, gives the PIN; `keep`: also keep a grant for offline use. */
export async function showCard(page, server, login, { licence, scene, keep = false, pin = account(server, login).pin }) {
  await page.goto(`${server.url}/wallet#card/${licence}`);
  await page.waitForSelector('#pin');
  await page.selectOption('#scene', scene);
  if (await page.isVisible('#keep')) await page.setChecked('#keep', keep);
  await page.fill('#pin', pin);
  await page.click('button[type=submit]');
}

/** Waits until the server's next second: within one there is one code of a show, and asking again gives the same. */
export async function nextSecond() {
  const second = now();
  while (now() === second) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits until the grant of the card that is shown is kept on the phone. */
export const untilKept = (page) =>
  page.waitForFunction(() => document.querySelector('#kept')?.textContent.includes('已存到本机'));

/** The text of the code on the screen, read from its pixels by a decoder that is not ours. */
export async function readScreen(page) {
  const image = page.locator('#qr');
  // On a busy machine a picture is taken before the code is drawn whole.
  for (let tries = 0; tries < 10; tries += 1) {
    const { data, width, height } = PNG.sync.read(await pictureOf(image));
    // Some codes it reads only at twice the size, where a module's edge falls otherwise.
    const found = jsQR(new Uint8ClampedArray(data), width, height) ?? jsQR(...doubled(data, width, height));
    if (found) return found.data;
    await sleep(200);
  }
  throw new Error('no code could be read from the screen');
}

/** The code replaces itself, or goes and comes again, perhaps just while it is looked at: then the next one is. */
async function pictureOf(image) {
  for (let left = 10; ; left -= 1) {
    try {
      await image.waitFor({ state: 'visible' });
      // While a new picture is being decoded the browser still shows the one before.
      await image.evaluate((picture) => picture.decode());
      return await image.screenshot();
    } catch (error) {
      if (left === 0 || !!/not attached|detached|EncodingError|cannot be decoded|not visible/.test(error.message)) throw error;
      await sleep(100);
    }
  }
}

/** A picture (RGBA) with each pixel four times. */
function doubled(data, width, height) {
  const from = new Uint32Array(new Uint8Array(data).buffer);
  const to = new Uint32Array(from.length * 4);
  for (let at = 0; at < to.length; at += 1) {
    const [x, y] = [at % (width * 2), Math.floor(at / (width * 2))];
    to[at] = from[(y >> 1) * width + (x >> 1)];
  }
  return [new Uint8ClampedArray(to.buffer), width * 2, height * 2];
}

/** Violations of WCAG 2.2 A and AA on the page as it stands, as one line each. */
export async function axe(page) {
  // evaluate, because Trusted Types refuse a script tag. Once a page: half a megabyte of source is read each time.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** A verifier in Node that holds what the server publishes now. */
export async function verifierFor(server) {
  const { Verifier } = await import(join(modules, 'node/verifier.js'));
  const get = async (path) => (await fetch(server.url + path)).text();
  const now = Math.floor(Date.now() / 1000);
  const verifier = new Verifier({ roots: await get('/.well-known/roots.json') });
  verifier.loadTrustList(await get('/.well-known/trust-list'), now);
  verifier.loadCatalogue(await get('/.well-known/catalogue'), now);
  for (const uri of JSON.parse(await get('/status-lists')).status_lists) {
    verifier.loadStatusList(await get(new URL(uri).pathname), now, uri);
  }
  return verifier;
}

/** Has the page /verify judge a text, whatever it shows; gives the card. */
export async function judgeText(page, text) {
  // The result takes the place of what it was asked with, and may go by itself just now.
  await page.locator('#scan, #next').first().waitFor();
  await page.evaluate(() => document.querySelector('#next')?.click());
  await page.waitForSelector('#scan');
  if (!(await page.isVisible('#code'))) await page.click('#open-paste');
  await page.fill('#code', text);
  await page.click('#paste-form button[type=submit]');
  const card = page.locator('.verdict').first();
  await card.waitFor();
  return card;
}

export const now = () => Math.floor(Date.now() / 1000);

/** A clean, showable licence of `login` that `scene` takes, as the server lists it. */
export async function cardFor(page, scene) {
  const { items } = await page.evaluate(async () => (await fetch('/api/v1/wallet/licences')).json());
  return items.find((card) => card.showable && card.cautions.length === 0 && card.scenes.some(({ code }) => code === scene));
}

/** Calls to the API as `login`. */
export async function caller(server, login) {
  const call = async (method, path, body, token, headers = {}) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { ...(isForm ? {} : { 'Content-Type': 'application/json' }), ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers },
      body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const { password } = account(server, login);
  const { token } = await call('POST', '/sessions', { login, password });
  return (method, path, body, headers) => call(method, path, body, token, headers);
}

/** Does an act on a licence as the person who may. */
export async function act(server, login, licence, name) {
  const call = await caller(server, login);
  return call('POST', `/licences/${licence}/acts`, { act: name, reason: '测试', legal_basis: '测试依据' });
}

/** Shows a clean licence of `login` without a page; gives its first code, and with each call of `next` a new one. */
export async function showing(server, login, scene, kind = '') {
  const call = await caller(server, login);
  const { items } = await call('GET', '/wallet/licences');
  const card = items.find(
    ({ showable, cautions, scenes, kind: { names } }) =>
      showable && cautions.length === 0 && scenes.some(({ code }) => code === scene) && (kind === '' || names['zh-CN'] === kind),
  );
  const { show, qr_text: first } = await call('POST', `/wallet/licences/${card.id}/show`, {
    scene,
    pin: account(server, login).pin,
  });
  // One code a second: within it the server gives the same one again.
  let last = first;
  const next = async () => {
    const before = last;
    while (last === before) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      last = (await call('POST', `/wallet/shows/${show}/refresh`)).qr_text;
    }
    return last;
  };
  return { card, first, next };
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
