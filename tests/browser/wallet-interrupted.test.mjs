/** What happens to a wallet whose network, clock, storage or module fails it while it is in use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  cardFor,
  done,
  eventually,
  judgeText,
  logIn,
  newPage,
  nextSecond,
  now,
  readScreen,
  serverAndBrowser,
  setHidden,
  showCard,
  showing,
  untilKept,
  verifierFor,
} from './harness.mjs';

const SCENE = 'hotel.checkin';
const AUDIENCE = 'hotel';
const { server, browser } = await serverAndBrowser();

/** Shows a licence on `page`, and with `keep` waits until its grant is kept. */
async function shown(page, { keep = false } = {}) {
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep });
  await page.waitForSelector('#qr:not([hidden])');
  if (keep) await untilKept(page);
  return card;
}

/** Waits for the phone to go on by itself, and asks a verifier about its code. */
async function assertOwnCode(page, verifier, ahead) {
  await page.waitForFunction(() => document.querySelector('#source').textContent.includes('离线亮证'));
  const verdict = verifier.verify(await readScreen(page), { now: now() + ahead, scene: SCENE, audience: AUDIENCE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.profile, 'H');
}

test('back after 90 s without a network, the phone shows a code of its own', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  await shown(page, { keep: true });
  const verifier = await verifierFor(server);
  await setHidden(page, true);
  await page.context().setOffline(true);
  await page.clock.runFor(90_000);
  await setHidden(page, false);
  await assertOwnCode(page, verifier, 90);
  await done(page);
});

test('back after 90 s without a network and without a grant, the page says that there is no network', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  await shown(page);
  await setHidden(page, true);
  await page.context().setOffline(true);
  await page.clock.runFor(90_000);
  await setHidden(page, false);
  await page.waitForFunction(() => document.querySelector('#veil').textContent === '连不上服务器，暂时无法更新。请检查网络，正在重试…');
  assert.ok(await page.isVisible('#veil'));
  assert.ok(await page.isHidden('#qr'));
  await page.context().setOffline(false);
  await page.clock.runFor(3_000);
  // The page's clock is ahead by now; the notice that says so moves the code, which must not be read meanwhile.
  await page.waitForSelector('#clock:not([hidden])');
  assert.match(await readScreen(page), /^EL1:/);
  await done(page);
});

test('a network that hangs until after the code has died is none, too', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  await shown(page, { keep: true });
  const verifier = await verifierFor(server);
  await page.route('**/refresh', () => undefined);
  // Back when the code has seconds to live: the request outlasts it.
  await setHidden(page, true);
  await page.clock.runFor(54_000);
  await setHidden(page, false);
  await page.clock.runFor(10_000);
  await assertOwnCode(page, verifier, 64);
  await done(page);
});

for (const [ahead, where] of [[600, 'ahead'], [-600, 'behind']]) {
  test(`a clock ten minutes ${where} is corrected during a show: the code is replaced, and dies in time`, async () => {
    const page = await newPage(browser);
    await page.clock.install({ time: Date.now() + ahead * 1000 });
    await shown(page);
    await page.waitForSelector('#clock:not([hidden])');
    const first = await readScreen(page);
    await nextSecond();

    const before = await page.getAttribute('#qr', 'src');
    await page.clock.setSystemTime(Date.now());
    await page.waitForFunction((drawn) => {
      const picture = document.querySelector('#qr');
      return !picture.hidden && picture.src !== drawn;
    }, before);
    // As the notice goes the code moves, and must not be read meanwhile.
    await page.waitForSelector('#clock', { state: 'hidden' });
    assert.notEqual(await readScreen(page), first);
    await eventually(async () => {
      const left = Number(await page.textContent('.ring-seconds'));
      assert.ok(left > 0 && left <= 60, `counts ${left} s`);
    });

    await page.context().setOffline(true);
    await page.clock.runFor(61_000);
    await page.waitForSelector('#qr', { state: 'hidden' });
    await done(page);
  });
}

test('a clock that is set wrong during a show is measured anew, and costs one refresh', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  let refreshed = 0;
  page.on('request', (request) => request.url().endsWith('/refresh') && (refreshed += 1));
  await shown(page);
  await page.clock.setSystemTime(Date.now() + 600_000);
  await page.waitForSelector('#clock:not([hidden])');
  // An answer that took seconds tells the time no better.
  assert.match(await page.textContent('#clock'), /(59[7-9]|60[0-3]) 秒/);
  const verdict = (await verifierFor(server)).verify(await readScreen(page), { now: now(), scene: SCENE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  await page.clock.runFor(5_000);
  assert.equal(refreshed, 1);
  await done(page);
});

/** A page in a browser that refuses storage. */
async function pageWithoutStorage() {
  const page = await newPage(browser);
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  });
  return page;
}

test('without storage the wallet shows codes, and says that nothing was kept', async () => {
  const page = await pageWithoutStorage();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  const verdict = (await verifierFor(server)).verify(await readScreen(page), { now: now(), scene: SCENE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  await page.waitForFunction(() => document.querySelector('#kept').textContent.includes('未能存到本机'));
  assert.ok(!asked.some((path) => path.endsWith('/devices')), 'no phone is registered that would be lost at once');
  await page.click('.back');
  await page.getByRole('button', { name: '退出并清除本机' }).click();
  await page.waitForSelector('#login');
  await done(page);
});

test('without storage /verify works from what it has fetched', async () => {
  const { first } = await showing(server, 'lin', SCENE);
  const page = await pageWithoutStorage();
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('.chip-ready');
  assert.ok(await page.isHidden('.notice'));
  await judgeText(page, first);
  await page.waitForSelector('.verdict[data-verdict=valid]');
  await done(page);
});

test('a grant that arrives after the logout is not kept', async () => {
  const page = await newPage(browser);
  let arrived;
  const reply = new Promise((resolve) => (arrived = resolve));
  await page.route('**/grant', async (route) => {
    const response = await route.fetch();
    await reply;
    await route.fulfill({ response });
  });
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  const granting = page.waitForRequest('**/grant');
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await granting;
  await page.getByRole('button', { name: '结束' }).click();
  await page.click('.back');
  await page.getByRole('button', { name: '退出并清除本机' }).click();
  await page.waitForSelector('#login');

  const granted = page.waitForResponse('**/grant');
  arrived();
  await (await granted).finished();
  // The PIN is hashed slowly before it is kept.
  await sleep(2_000);
  assert.deepEqual(await page.evaluate(keysKept), []);
  await done(page);
});

async function keysKept() {
  const result = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const db = await result(indexedDB.open('lz-wallet'));
  return result(db.transaction('kv').objectStore('kv').getAllKeys());
}

test('while the module is on its way the server draws the code', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.route('**/wallet_wasm_bg.wasm', () => undefined);
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  await page.waitForSelector('#veil:not([hidden])');
  assert.equal(await page.textContent('#veil'), '正在准备二维码…');
  // The module never comes.
  await page.waitForSelector('#qr:not([hidden])');
  assert.match(await page.getAttribute('#qr', 'src'), /^blob:/);
  const verdict = (await verifierFor(server)).verify(await readScreen(page), { now: now(), scene: SCENE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  await done(page);
});

test('each renewal is announced in words of its own', async () => {
  const page = await newPage(browser);
  await shown(page);
  const first = await page.textContent('#renewed');
  await sleep(1_000);
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForFunction((before) => document.querySelector('#renewed').textContent !== before, first);
  assert.match(await page.textContent('#renewed'), /^二维码已更新（\d\d:\d\d:\d\d）$/);
  await done(page);
});

test('the screen is kept on again after the background, and let go when the show has ended', async () => {
  const page = await newPage(browser);
  // The browser's own locks, as it gives them; the last one comes late.
  await page.addInitScript(() => {
    globalThis.locks = [];
    const { request } = WakeLock.prototype;
    WakeLock.prototype.request = async function (type) {
      const lock = await request.call(this, type);
      globalThis.locks.push(lock);
      if (globalThis.slow) await globalThis.slow;
      return lock;
    };
  });
  const locks = (count) => page.waitForFunction((wanted) => globalThis.locks.length === wanted, count);
  await shown(page);
  await locks(1);
  await page.evaluate(() => globalThis.locks[0].release());
  await setHidden(page, true);
  await page.evaluate(() => {
    globalThis.slow = new Promise((resolve) => (globalThis.give = resolve));
  });
  await setHidden(page, false);
  await locks(2);
  await page.getByRole('button', { name: '结束' }).click();
  await page.evaluate(() => globalThis.give());
  await page.waitForFunction(() => globalThis.locks.every(({ released }) => released));
  await done(page);
});
