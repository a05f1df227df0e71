/**
 * The floor: what older browsers lack is taken away, one by one, and what storages do wrong is done to them for real.
 * The flows go on, and what cannot be done is told for what it is.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, cardFor, done, logIn, newPage, readScreen, serverAndBrowser, showCard, untilKept } from './harness.mjs';

const SCENE = 'hotel.checkin';
const { server, browser } = await serverAndBrowser();

/** What a browser of our floor may lack, as the statement that takes it away. */
const LACKING = {
  'AbortSignal.timeout': 'delete AbortSignal.timeout',
  OffscreenCanvas: 'delete globalThis.OffscreenCanvas',
  createImageBitmap: 'delete globalThis.createImageBitmap',
  'all dates of Intl': 'Intl.DateTimeFormat = class { constructor() { throw new Error("not asked") } }',
  BroadcastChannel: 'delete globalThis.BroadcastChannel',
  localStorage: "Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })",
  wakeLock: 'delete Navigator.prototype.wakeLock',
  trustedTypes: "Object.defineProperty(globalThis, 'trustedTypes', { value: undefined })",
  serviceWorker: 'delete Navigator.prototype.serviceWorker',
};

/** Shows a licence and has the page for verifying read the code off its picture; gives the verdict's code. */
async function shownAndVerified(page) {
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  await readScreen(page);
  const buffer = await page.locator('.code').screenshot();
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  await page.setInputFiles('#picture', { name: 'code.png', mimeType: 'image/png', buffer });
  await page.waitForSelector('.verdict, .notice:not([hidden])');
  await page.waitForSelector('.verdict', { timeout: 20_000 }).catch(async () => assert.fail(await page.textContent('main')));
  return page.getAttribute('.verdict', 'data-code');
}

for (const [name, takeAway] of Object.entries(LACKING)) {
  test(`without ${name} a licence is shown and verified`, async () => {
    const page = await newPage(browser);
    await page.addInitScript(takeAway);
    assert.equal(await shownAndVerified(page), 'OK');
    assert.equal(await page.locator('#storage:not([hidden])').count(), 0, 'the storage is not to blame');
    await done(page);
  });
}

test('without IndexedDB both work, and say that nothing is kept', async () => {
  const page = await newPage(browser);
  await page.addInitScript("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
  await page.goto(`${server.url}/wallet`);
  await page.locator('#storage').filter({ hasText: '浏览器没有为本页提供存储' }).waitFor();
  assert.equal(await shownAndVerified(page), 'OK');
  assert.match(await page.textContent('#storage'), /浏览器没有为本页提供存储/);
  await done(page);
});

/** The databases a page opens, so that a test can close them as a browser does. */
const WATCHED = `{
  const open = IDBFactory.prototype.open;
  globalThis.databases = [];
  IDBFactory.prototype.open = function (...given) {
    const request = open.apply(this, given);
    request.addEventListener('success', () => databases.push(request.result));
    return request;
  };
}`;

test('a database that the browser closes is opened again', async () => {
  const page = await newPage(browser);
  await page.addInitScript(WATCHED);
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await page.evaluate(() => databases.forEach((database) => database.close()));
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(page);
  assert.ok(await page.evaluate(() => databases.length) > 1, 'it was opened again');
  assert.equal(await page.isVisible('#storage'), false);
  await done(page);
});

test('a full storage: the code is shown, and it is told that nothing was kept for offline use', async () => {
  const page = await newPage(browser);
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1 });
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await readScreen(page);
  await page.locator('#kept').filter({ hasText: '未能存到本机' }).waitFor();
  await page.locator('#storage').filter({ hasText: '存储空间已满' }).waitFor();
  await done(page);
});

/** Holds a database so that every later opening of it waits for ever, as WebKit's do when its process is stuck. */
const stuck = (page, name) =>
  page.evaluate(async (database) => {
    await new Promise((resolve) => (indexedDB.open(database, 1).onsuccess = resolve));
    await new Promise((resolve) => (indexedDB.open(database, 2).onblocked = resolve));
  }, name);

test('a storage that never answers is gone on without, after two seconds', async () => {
  const page = await newPage(browser);
  const holder = await page.context().newPage();
  await holder.goto(`${server.url}/problems/wrong-pin`);
  for (const name of ['lz-wallet', 'lz-verify']) await stuck(holder, name);
  const begun = Date.now();
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#login');
  assert.ok(Date.now() - begun < 10_000, 'the page waits for it only once');
  await page.locator('#storage').filter({ hasText: '没有响应' }).waitFor();
  assert.equal(await shownAndVerified(page), 'OK');
  await page.locator('#storage').filter({ hasText: '没有响应' }).waitFor();
  await done(page);
});

test('the offline PIN of a full storage is not tried: a try that is not counted would be one too many', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await page.waitForSelector('html[data-ready=offline]');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(page);
  await page.route('**/api/**', (route) => route.abort());
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await page.reload();
  await page.waitForSelector('#pin');
  await page.fill('#pin', account(server, 'lin').pin);
  await page.click('button[type=submit]');
  await page.locator('#problem').filter({ hasText: '无法核对亮证密码' }).waitFor();
  assert.equal(await page.locator('#qr').count(), 0);
  await done(page);
});
