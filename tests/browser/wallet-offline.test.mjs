/** Showing with no server at all: the phone's own key, the offline PIN, and answering a verifier's code. */
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, after, test } from 'node:test';
import {
  account,
  axe,
  cardFor,
  logIn,
  newPage,
  now,
  readScreen,
  showCard,
  startBrowser,
  startServer,
  untilKept,
  verifierFor,
} from './harness.mjs';

const SCENE = 'hotel.checkin';
const AUDIENCE = 'hotel';
const HOTEL = '91990100MA0000314U';
let server;
let browser;

before(async () => {
  browser = await startBrowser();
});

after(() => browser?.close());

// Each test kills its server.
beforeEach(async () => {
  server = await startServer();
});

afterEach(() => server?.close());

/** Shows a licence online once, keeping a grant, and gives page, card and a verifier synced meanwhile. */
async function prepared() {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await page.waitForSelector('html[data-ready=offline]');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(page);
  return { page, card, verifier: await verifierFor(server) };
}

async function enterPin(page, pin) {
  await page.fill('#pin', pin);
  await page.click('button[type=submit]');
}

test('with the server killed and the page loaded anew, the phone makes codes that verify', async () => {
  const { page, card, verifier } = await prepared();
  await server.stop();
  await page.goto('about:blank');
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('.card');
  assert.match(await page.textContent('#view .notice'), /连不上服务器/);
  assert.deepEqual(await axe(page), []);

  await page.click('.card');
  await page.selectOption('#scene', SCENE);
  await enterPin(page, account(server, 'lin').pin);
  const text = await readScreen(page);
  assert.match(await page.textContent('#source'), /离线亮证/);
  assert.deepEqual(await axe(page), []);

  const verdict = verifier.verify(text, { now: now(), scene: SCENE, audience: AUDIENCE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.profile, 'H');
  assert.equal(verdict.licence.identifier, card.identifier);
  assert.equal(verifier.verify(text, { now: now() + 61 }).code, 'E_PROOF_TIME');
  assert.equal(verifier.verify(text, { now: now(), audience: 'hospital' }).code, 'E_AUDIENCE');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('each offline code is new, and the old one is replaced after half a minute', async () => {
  const { page, verifier } = await prepared();
  await server.stop();
  await page.clock.install();
  await page.goto(`${server.url}/wallet`);
  await page.click('.card');
  await page.selectOption('#scene', SCENE);
  await enterPin(page, account(server, 'lin').pin);
  const first = await readScreen(page);
  const drawn = await page.getAttribute('#qr', 'src');
  await page.clock.runFor(30_000);
  await page.waitForFunction((before) => document.querySelector('#qr').src !== before, drawn);
  const second = await readScreen(page);
  assert.notEqual(first, second);
  assert.equal(verifier.verify(second, { now: now() + 30 }).verdict, 'valid');
  await page.clock.runFor(300_000);
  await page.waitForSelector('#said');
  assert.match(await page.textContent('#said'), /再次输入亮证密码/);
  assert.equal(await page.locator('#qr').count(), 0);
  await page.context().close();
});

test('when the network goes during a show the phone carries on by itself', async () => {
  const { page, verifier } = await prepared();
  await page.clock.install();
  await page.reload();
  await page.waitForSelector('#pin');
  await page.selectOption('#scene', SCENE);
  await enterPin(page, account(server, 'lin').pin);
  assert.equal(verifier.verify(await readScreen(page), { now: now() }).profile, 'S');
  await server.stop();
  await page.clock.runFor(62_000);
  await page.waitForFunction(() => document.querySelector('#source').textContent.includes('离线亮证'));
  const verdict = verifier.verify(await readScreen(page), { now: now() + 62 });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.profile, 'H');
  await page.context().close();
});

test('the key cannot be taken out of the phone, and five wrong PINs wipe what was kept', async () => {
  const { page } = await prepared();
  await server.stop();
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('.card');
  const exported = await page.evaluate(async () => {
    const db = await new Promise((resolve) => {
      const request = indexedDB.open('lz-wallet');
      request.onsuccess = () => resolve(request.result);
    });
    const keys = await new Promise((resolve) => {
      const request = db.transaction('kv').objectStore('kv').get('keys');
      request.onsuccess = () => resolve(request.result);
    });
    return crypto.subtle.exportKey('pkcs8', keys.privateKey).then(
      () => 'exported',
      () => 'refused',
    );
  });
  assert.equal(exported, 'refused');

  await page.click('.card');
  await page.selectOption('#scene', SCENE);
  const wrong = account(server, 'lin').pin === '000000' ? '000001' : '000000';
  for (let left = 4; left >= 0; left -= 1) {
    await enterPin(page, wrong);
    const want = left > 0 ? `还可以试 ${left} 次` : '已清除';
    await page.waitForFunction((words) => document.querySelector('#problem').textContent.includes(words), want);
    assert.equal(await page.locator('#qr').count(), 0);
  }
  await page.goto('about:blank');
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#none');
  assert.equal(await page.locator('.card').count(), 0);
  await page.context().close();
});

test('a verifier’s code is answered after consent, for that verifier and nonce only', async () => {
  const { page, verifier } = await prepared();
  const challenge = challengeText({ aud: AUDIENCE, rp: HOTEL, scene: SCENE, nonce: 'AAECAwQFBgcICQoL' });
  const other = challengeText({ aud: AUDIENCE, rp: HOTEL, scene: SCENE, nonce: 'CwoJCAcGBQQDAgEA' });
  await page.goto(`${server.url}/wallet#answer`);
  await page.fill('#challenge', challenge);
  await page.click('button[type=submit]');
  await page.waitForSelector('#consent');
  assert.match(await page.textContent('#rp'), /酒店/);
  assert.deepEqual(await axe(page), []);

  await server.stop();
  await enterPin(page, account(server, 'lin').pin);
  const text = await readScreen(page);
  const verdict = verifier.verify(text, { now: now(), challenge });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.profile, 'H+nonce');
  assert.equal(verifier.verify(text, { now: now(), challenge: other }).code, 'E_NONCE');
  await page.context().close();
});

test('an unknown unit is named as such, and refusing shows nothing', async () => {
  const { page } = await prepared();
  await page.goto(`${server.url}/wallet#answer`);
  await page.fill('#challenge', 'EL1:ABC');
  await page.click('button[type=submit]');
  await page.waitForSelector('#problem:not([hidden])');
  await page.fill('#challenge', challengeText({ aud: AUDIENCE, rp: '91990100MA0000999X', scene: SCENE, nonce: 'AAECAwQFBgcICQoL' }));
  await page.click('button[type=submit]');
  await page.waitForSelector('#consent');
  assert.match(await page.textContent('#rp'), /未知单位/);
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: '拒绝' }).click();
  await page.waitForSelector('#said');
  assert.equal(await page.locator('#qr').count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('logging out leaves nothing on the phone', async () => {
  const { page } = await prepared();
  await page.goto(`${server.url}/wallet`);
  await page.getByRole('button', { name: '退出并清除本机' }).click();
  await page.waitForSelector('#login');
  await server.stop();
  await page.goto('about:blank');
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#none');
  assert.equal(await page.locator('.card').count(), 0);
  await page.context().close();
});

/** The text of a verifier's code, put together by hand (core/README.md, "The handshake"; RFC 9285). */
function challengeText(challenge) {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  const bytes = new TextEncoder().encode(JSON.stringify(challenge));
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let digit = 0; digit < (pair ? 3 : 2); digit += 1) {
      text += alphabet[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return `EC1:${text}`;
}
