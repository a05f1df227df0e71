/** The wallet when its holder goes on before an answer has come: refuses, leaves the view, logs out. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  account,
  axe,
  cardFor,
  done,
  hold,
  logIn,
  modules,
  newPage,
  serverAndBrowser,
  showCard,
  untilKept,
} from './harness.mjs';

const { makeChallenge } = await import(join(modules, 'node/wallet.js'));

const SCENE = 'hotel.checkin';
const HOTEL = '91990100MA0000314U';
const UNKNOWN = '91990100MA0000999X';
const SHOW = /\/wallet\/licences\/[^/]+\/show$/;
const GRANT = /\/wallet\/licences\/[^/]+\/grant$/;
const LICENCES = '**/api/v1/wallet/licences';
const LOGOUT = '**/api/v1/sessions/current';
const CATALOGUE = '**/.well-known/catalogue';
const { server, browser } = await serverAndBrowser();

/** A page on which `lin` is logged in. Without a service worker, whose answers could not be held back here. */
async function loggedIn() {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await logIn(page, server, 'lin');
  return page;
}

/** No code may come for as long as one would have taken by far. */
async function nothingIsShown(page) {
  await assert.rejects(page.waitForSelector('#showing, #qr', { state: 'attached', timeout: 3000 }), /Timeout/);
}

/** What the phone keeps under `key`. */
const keptAt = (page, key) =>
  page.evaluate(async (at) => {
    const got = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await got(indexedDB.open('lz-wallet'));
    return got(db.transaction('kv').objectStore('kv').get(at));
  }, key);

const statusOf = (page, method, path) =>
  page.evaluate(async (how) => (await fetch(how.path, { method: how.method })).status, { method, path });

/** A fresh verifier's code of the unit `rp`. */
const challengeOf = (rp) => makeChallenge({ aud: 'hotel', rp, scene: SCENE });

/** Gives `text` where a verifier's code comes in. */
async function giveChallenge(page, text) {
  await page.goto(`${server.url}/wallet#answer`);
  await page.fill('#challenge', text);
  await page.click('button[type=submit]');
}

async function agree(page) {
  await page.fill('#pin', account(server, 'lin').pin);
  await page.click('button[type=submit]');
}

test('a request refused while its answer is being made stays refused', async () => {
  const page = await loggedIn();
  await giveChallenge(page, challengeOf(HOTEL));
  await page.waitForSelector('#consent');
  const grant = await hold(page, GRANT);
  await agree(page);
  await grant.asked;
  await page.getByRole('button', { name: '拒绝' }).click();
  assert.match(await page.textContent('#said'), /没有出示任何内容/);
  grant.answer();
  await nothingIsShown(page);
  assert.match(await page.textContent('#said'), /没有出示任何内容/);
  await done(page);
});

test('a show whose card was left before it opened is ended, unseen', async () => {
  const page = await loggedIn();
  await page.evaluate(() => {
    const { request } = WakeLock.prototype;
    globalThis.locks = 0;
    WakeLock.prototype.request = function (...args) {
      globalThis.locks += 1;
      return request.apply(this, args);
    };
  });
  const asked = [];
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const card = await cardFor(page, SCENE);
  const show = await hold(page, SHOW);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await show.asked;
  await page.click('.back');
  await page.waitForSelector('.card');
  const opened = page.waitForResponse(SHOW);
  const ended = page.waitForResponse((response) => response.request().method() === 'DELETE');
  show.answer();
  const address = `/api/v1/wallet/shows/${(await (await opened).json()).show}`;
  assert.equal(new URL((await ended).url()).pathname, address);
  await nothingIsShown(page);
  assert.equal(await page.evaluate(() => globalThis.locks), 0);
  assert.ok(!asked.some((request) => request.endsWith('/grant')), 'no grant is fetched for later');
  assert.equal(await statusOf(page, 'POST', `${address}/refresh`), 410);
  await done(page);
});

test('a PIN given for a show that was left is not tried on the phone when the network fails', async () => {
  const page = await loggedIn();
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(page);
  await page.click('.back');
  const pin = account(server, 'lin').pin === '000000' ? '000001' : '000000';
  for (const [address, submit] of [
    [SHOW, () => showCard(page, server, 'lin', { licence: card.id, scene: SCENE, pin })],
    [GRANT, async () => {
      await giveChallenge(page, challengeOf(HOTEL));
      await page.fill('#pin', pin);
      await page.click('button[type=submit]');
    }],
  ]) {
    const answer = await hold(page, address, (route) => route.abort());
    await submit();
    await answer.asked;
    await page.click('.back');
    answer.answer();
    await nothingIsShown(page);
    assert.equal((await keptAt(page, 'pin')).wrong, 0);
  }
  await done(page);
});

test('下一步 waits a few seconds for the names of units, and is shut meanwhile', async () => {
  const page = await loggedIn();
  const catalogue = await hold(page, CATALOGUE);
  await giveChallenge(page, challengeOf(HOTEL));
  await catalogue.asked;
  assert.ok(await page.getByRole('button', { name: '下一步' }).isDisabled());
  await page.waitForSelector('#consent');
  assert.match(await page.textContent('#rp'), /未知单位/, 'this phone keeps no names yet');
  catalogue.answer();
  await done(page);
});

test('下一步 can be used again once a code was refused', async () => {
  const page = await loggedIn();
  await giveChallenge(page, 'EL1:ABC');
  await page.waitForSelector('#problem:not([hidden])');
  await page.fill('#challenge', challengeOf(HOTEL));
  await page.click('button[type=submit]');
  await page.waitForSelector('#consent');
  await done(page);
});

test('of two codes on their way the later one is asked about, and stays', async () => {
  const page = await loggedIn();
  const buffer = await pictureOf(page, challengeOf(UNKNOWN));
  const scanner = await hold(page, '**/assets/wasm/scanner.js');
  await page.goto(`${server.url}/wallet#answer`);
  await page.setInputFiles('#picture', { name: 'code.png', mimeType: 'image/png', buffer });
  await scanner.asked;
  const next = page.getByRole('button', { name: '下一步' });
  await page.fill('#challenge', 'EL1:ABC');
  await next.click();
  await page.waitForSelector('#problem:not([hidden])');
  scanner.answer();
  await page.waitForTimeout(1500);
  assert.match(await page.textContent('#problem'), /不是核验码/);
  assert.ok(await next.isEnabled());

  // And the other way round: the picture is later than the pasted code, whose unit takes long to be found.
  let lookups = 0;
  let found;
  const held = new Promise((resolve) => (found = resolve));
  await page.route(CATALOGUE, async (route) => {
    lookups += 1;
    if (lookups === 1) await held;
    await route.continue();
  });
  await page.fill('#challenge', challengeOf(HOTEL));
  await next.click();
  await page.setInputFiles('#picture', { name: 'code.png', mimeType: 'image/png', buffer });
  await page.waitForSelector('#consent');
  assert.match(await page.textContent('#rp'), /未知单位/);
  found();
  await page.waitForTimeout(1500);
  assert.match(await page.textContent('#rp'), /未知单位/);
  assert.equal(lookups, 2);
  await done(page);
});

/** Presses 退出 on the list. */
const leave = (page) => page.getByRole('button', { name: '退出并清除本机' }).click();

test('logging out shows at once that it is working, and then the login', async () => {
  const page = await loggedIn();
  const end = await hold(page, LOGOUT);
  await leave(page);
  await end.asked;
  assert.match(await page.textContent('#view'), /正在退出/);
  assert.equal(await page.locator('.card, #login').count(), 0);
  end.answer();
  await page.waitForSelector('#login');
  assert.equal(await page.locator('.problem:not([hidden])').count(), 0);
  assert.equal(await statusOf(page, 'GET', '/api/v1/wallet/licences'), 401);
  await done(page);
});

test('a logout that is not confirmed is told, shows no card any more, and is tried until it is', async () => {
  for (const fail of [(route) => route.abort(), (route) => route.fulfill({ status: 503, body: '' })]) {
    const page = await loggedIn();
    await page.route(LOGOUT, fail);
    await leave(page);
    await page.waitForSelector('#login');
    assert.match(await page.textContent('#view .problem'), /尚未确认退出.*联网后重试/);
    assert.deepEqual(await axe(page), []);
    assert.equal(await statusOf(page, 'GET', '/api/v1/wallet/licences'), 200, 'the cookie is still good');

    await page.goto(`${server.url}/wallet?lang=en`);
    await page.waitForSelector('#login');
    assert.equal(await page.locator('.card').count(), 0);
    assert.match(await page.textContent('#view .problem'), /has not confirmed the logout/);

    await page.unroute(LOGOUT);
    const end = await hold(page, LOGOUT);
    await page.reload();
    await end.asked;
    assert.equal(await page.locator('.card, #login').count(), 0, 'nothing is drawn before the answer');
    end.answer();
    await page.waitForSelector('#login');
    assert.equal(await page.locator('.problem:not([hidden])').count(), 0);
    assert.equal(await statusOf(page, 'GET', '/api/v1/wallet/licences'), 401);

    let again = 0;
    page.on('request', (request) => (again += request.method() === 'DELETE' ? 1 : 0));
    await page.reload();
    await page.waitForSelector('#login');
    assert.equal(again, 0, 'what has been confirmed is not asked again');
    await done(page);
  }
});

test('a logout can be tried again on the spot; a session that is over counts as logged out', async () => {
  const page = await loggedIn();
  await page.route(LOGOUT, (route) => route.abort());
  await leave(page);
  await page.waitForSelector('#view .problem');
  await page.context().clearCookies();
  await page.unroute(LOGOUT);
  const ended = page.waitForResponse(LOGOUT);
  await page.getByRole('button', { name: '重新退出' }).click();
  assert.equal((await ended).status(), 401);
  await page.waitForSelector('#login');
  assert.equal(await page.locator('.problem:not([hidden])').count(), 0);
  await done(page);
});

test('after an unconfirmed logout a new session takes the old one’s place and is not ended', async () => {
  const page = await loggedIn();
  await page.route(LOGOUT, (route) => route.abort());
  await leave(page);
  await page.waitForSelector('#view .problem');
  await page.unroute(LOGOUT);
  await page.fill('#login', 'lin');
  await page.fill('#password', 'not the password');
  await page.click('button[type=submit]');
  await page.waitForSelector('form .problem:not([hidden])');
  await page.fill('#password', account(server, 'lin').password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.card');
  await page.reload();
  await page.waitForSelector('.card');
  await done(page);
});

test('a phone that cannot be wiped is logged out all the same, told, and wiped with the next visit', async () => {
  const page = await loggedIn();
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(page);
  await page.click('.back');
  await page.evaluate(() => {
    IDBObjectStore.prototype.clear = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await leave(page);
  await page.waitForSelector('#login');
  assert.match(await page.textContent('#view .problem'), /未能清除本机/);
  assert.equal(await statusOf(page, 'GET', '/api/v1/wallet/licences'), 401);
  assert.ok(await keptAt(page, 'pin'));
  await page.reload();
  await page.waitForSelector('#login');
  assert.equal(await page.locator('.problem:not([hidden])').count(), 0);
  assert.equal(await keptAt(page, 'pin'), undefined);
  await done(page);
});

test('a list that the server refuses is not told as a network that is missing', async () => {
  const page = await loggedIn();
  const headers = { 'Retry-After': '5', 'Content-Type': 'application/problem+json' };
  await page.route(LICENCES, (route) => route.fulfill({ status: 429, headers, body: '{}' }));
  await page.reload();
  await page.waitForSelector('#view .notice');
  const said = await page.textContent('#view');
  assert.match(said, /操作太频繁，请等待 5 秒后再试/);
  assert.doesNotMatch(said, /网络。|没有网络/);
  assert.deepEqual(await axe(page), []);
  await page.unroute(LICENCES);
  await page.getByRole('button', { name: '重试' }).click();
  await page.waitForSelector('.card');
  await done(page);
});

/** A picture of a code, as a verifier's screen would show it. */
async function pictureOf(page, text) {
  const png = await page.evaluate(async (code) => {
    const { qrSvg } = await import('/assets/wasm/wallet.js');
    const image = new Image(640, 640);
    image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(code))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 640 });
    canvas.getContext('2d').drawImage(image, 0, 0, 640, 640);
    return canvas.toDataURL('image/png').split(',')[1];
  }, text);
  return Buffer.from(png, 'base64');
}
