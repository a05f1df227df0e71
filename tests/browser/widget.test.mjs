/** `<licence-verifier>` in somebody else's page, in use: whatever comes in, it tells the very verdict. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import {
  axe,
  binary,
  cardFor,
  eventually,
  logIn,
  newPage,
  readScreen,
  showCard,
  showing,
  untilKept,
  verifierFor,
} from './harness.mjs';
import { close, drawn, heard, startSite, told, verify } from './host.mjs';
import { scan } from './scanner.mjs';

const SCENE = 'hotel.checkin';
const HOTEL = '91990100MA0000314U';
const CHECKS = ['form', 'signature', 'issuer', 'time', 'replay', 'scene', 'status', 'dates', 'notices', 'holder', 'clock'];
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}" unit="某某酒店 前台"></licence-verifier>`;
const run = promisify(execFile);

let site;
let server;
let manifest;
let shown;

before(async () => {
  // A camera there is, but nobody to allow it.
  site = await startSite(['--use-fake-device-for-media-stream', '--deny-permission-prompts']);
  ({ server, manifest } = site);
  shown = await showing(server, 'lin', SCENE);
});

after(() => site?.stop());

test('under a strict policy it verifies, and tells what the module and the command line tell', async () => {
  const page = await site.open(ELEMENT, { policy: site.strict });
  assert.deepEqual(await told(page, 'ready'), [{ version: manifest.version, mode: 'inline', pinned: false }]);
  assert.match(await page.locator('licence-verifier h2').first().textContent(), /某某酒店/);
  assert.match(await page.locator('licence-verifier footer').textContent(), new RegExp(`${manifest.version}.*可离线核验 · 名单`));
  assert.deepEqual(await axe(page), []);

  const code = await shown.next();
  await page.locator('licence-verifier').getByRole('button', { name: '粘贴内容' }).click();
  await page.locator('#text').fill(code);
  await page.locator('licence-verifier').getByRole('button', { name: '核验', exact: true }).click();
  const verdict = await heard(page, 'result');
  assert.equal(verdict.code, 'OK', JSON.stringify(verdict));
  assert.deepEqual(await told(page, 'scan'), [{ source: 'paste' }]);
  const card = await drawn(page);
  assert.deepEqual(
    [card.code, card.tone, card.colour, card.checks],
    ['OK', 'valid', 'rgb(6, 118, 71)', CHECKS],
  );
  assert.match(card.text, /请核对本人与证件照片/);
  assert.deepEqual(await axe(page), []);

  const options = { now: verdict.checked_at, scene: SCENE, remember: true };
  assert.deepEqual(verdict, (await verifierFor(server)).verify(code, options), 'the module');
  const bundle = mkdtempSync(join(tmpdir(), 'lz-widget-'));
  const cli = (...args) => run(binary('liangzheng-verify'), ['--bundle', bundle, ...args]);
  await cli('sync', '--server', server.url, '--root', server.roots);
  const options_ = ['--now', String(verdict.checked_at), '--scene', SCENE, '--json', '--replay-cache', join(bundle, 'seen')];
  assert.deepEqual(verdict, JSON.parse((await cli('verify', code, ...options_)).stdout), 'the command line');
  rmSync(bundle, { recursive: true });
  await close(page);
});

test('without any policy: picture, hardware scanner, paste; a second time the code is refused', async () => {
  const page = await site.open(ELEMENT);
  const element = page.locator('licence-verifier');
  const before = await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length);
  const code = await shown.next();

  // A scanner that types, wherever the focus is; a person who types is no scanner.
  await page.locator('#note').focus();
  await page.keyboard.type('EL1:ABC', { delay: 160 });
  await page.keyboard.press('Enter');
  assert.deepEqual(await told(page, 'scan'), []);
  await element.locator('#scan').focus();
  await scan(page, code);
  assert.equal((await heard(page, 'result')).code, 'OK');
  assert.deepEqual((await told(page, 'scan')).at(-1), { source: 'scanner' });
  assert.equal(await element.locator('video').count(), 0, 'the blanks of a code press no button');
  await page.waitForFunction(() => document.getElementById('a').shadowRoot.activeElement?.classList.contains('verdict-title'));

  // The same code once more.
  const [again] = await verify(page, code);
  assert.equal(again.code, 'E_REPLAY');
  assert.equal((await drawn(page)).tone, 'invalid');

  // Its picture, and pictures without one.
  await element.locator('#next').click();
  const fresh = await shown.next();
  const picture = await page.evaluate(async ([url, text]) => {
    const { qrSvg } = await import(`${url}/wallet.js`);
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(text))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 640 });
    canvas.getContext('2d').drawImage(image, 0, 0, 640, 640);
    return canvas.toDataURL('image/png').split(',')[1];
  }, [`${server.url}/embed/${manifest.version}`, fresh]);
  const file = (buffer) => ({ name: 'x.png', mimeType: 'image/png', buffer });
  await element.locator('#picture').setInputFiles(file(Buffer.from(picture, 'base64')));
  assert.equal((await heard(page, 'result', 3)).code, 'OK');
  await element.locator('#next').click();
  await element.locator('#picture').setInputFiles(file(await page.locator('h1').screenshot()));
  assert.equal((await heard(page, 'error')).code, 'NO_CODE');
  await element.locator('#picture').setInputFiles(file(Buffer.from('no picture')));
  assert.equal((await heard(page, 'error', 2)).code, 'PICTURE');
  assert.match(await element.locator('.notice').textContent(), /打不开这个文件/);

  // Pasted onto the element, and what is no code at all.
  await element.locator('#scan').focus();
  await element.evaluate((one) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', '<img src=x onerror="document.title=1">');
    one.shadowRoot.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true }));
  });
  assert.equal((await heard(page, 'result', 4)).verdict, 'invalid');
  assert.equal((await drawn(page)).tone, 'neutral');
  assert.equal(await element.locator('.verdict img').count(), 0);

  assert.deepEqual(page.faults, []);
  assert.equal(await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length), before, 'nothing global is left');
  await close(page);
});

test('a verdict goes after its time, unless that is halted; the next person finds nothing', async () => {
  const page = await site.open(`<licence-verifier id="a" scene="${SCENE}" autohide="2"></licence-verifier>`);
  const element = page.locator('licence-verifier');
  // In one go: its time is short.
  await page.evaluate(async (text) => {
    const one = document.getElementById('a');
    await one.verify(text);
    one.shadowRoot.querySelector('#pause').click();
  }, await shown.next());
  await page.waitForTimeout(2500);
  assert.equal(await element.locator('.verdict').count(), 1);
  assert.deepEqual(await axe(page), []);
  await element.locator('#pause').click();
  await element.locator('#scan').waitFor();
  assert.equal(await element.locator('.verdict').count(), 0);
  await close(page);
});

test('a camera that may not be used is said in a panel, with what else there is', async () => {
  const page = await site.open(ELEMENT);
  const dialogs = [];
  page.on('dialog', (dialog) => dialogs.push(dialog.message()));
  await page.locator('licence-verifier #scan').click();
  assert.equal((await heard(page, 'error')).code, 'CAMERA_DENIED');
  assert.match(await page.locator('licence-verifier .problem').textContent(), /未获得相机权限.*允许本页使用相机/);
  assert.ok(await page.locator('licence-verifier #picture').isEnabled());
  assert.deepEqual(dialogs, []);
  assert.deepEqual(await axe(page), []);
  await close(page);
});

test('a wrong attribute is named and nothing is guessed', async () => {
  const wrong = ['mode="inlin"', 'max-age="1h"', 'autohide="soon"', 'trust-url="ftp://x"', 'roots-url="file:///x"'];
  const elements = wrong.map((attribute, index) => `<licence-verifier id="w${index}" ${attribute}></licence-verifier>`);
  // A relative address is one of the page's own origin, which has no lists.
  const page = await site.open(`${elements.join('')}<licence-verifier id="relative" trust-url="licence.example"></licence-verifier>`, {
    ready: false,
  });
  await heard(page, 'error', wrong.length + 1);
  const errors = await page.evaluate(() => Object.fromEntries(globalThis.told.map(({ id, detail }) => [id, detail])));
  for (const [index, attribute] of wrong.entries()) {
    const { code, message } = errors[`w${index}`];
    assert.equal(code, 'USAGE');
    assert.ok(message.includes(attribute.split('=')[0]), message);
  }
  assert.equal(errors.relative.code, 'NO_LISTS');
  assert.deepEqual(await told(page, 'ready'), []);
  await close(page);
});

test('a scene or class that no catalogue names is told at the start, with those there are', async () => {
  const page = await site.open('<licence-verifier id="a" scene="hotel.chekin"></licence-verifier>');
  const { code, message } = await heard(page, 'error');
  assert.equal(code, 'SCENE');
  assert.match(message, /scene.*hotel\.chekin.*hotel\.checkin/);
  const notice = page.locator('#a .notice');
  assert.match(await notice.textContent(), /hotel\.chekin/);
  assert.equal((await verify(page, await shown.next()))[0].verdict, 'invalid', 'nothing is guessed');
  assert.match(await notice.textContent(), /hotel\.chekin/, 'it stays');
  const set = (name, value) => page.evaluate((given) => document.getElementById('a').setAttribute(...given), [name, value]);
  await set('scene', SCENE);
  await notice.waitFor({ state: 'hidden' });
  await set('audience', 'hotels');
  assert.match((await heard(page, 'error', 2)).message, /audience.*hotels.*hotel/);
  await set('audience', 'hotel');
  assert.equal((await verify(page, await shown.next()))[0].code, 'OK');
  assert.equal((await told(page, 'error')).length, 2);
  await close(page);
});

test('a list older than the page allows makes nothing green, and bad news is told all the same', async () => {
  const page = await site.open(`<licence-verifier id="a" scene="${SCENE}" max-age="1"></licence-verifier>`);
  await page.waitForTimeout(2500);
  const code = await shown.next();
  const [verdict] = await verify(page, code);
  assert.deepEqual([verdict.verdict, verdict.code, (await drawn(page)).tone], ['undetermined', 'U_STATUS_MISSING', 'unknown']);
  assert.deepEqual(await axe(page), []);
  await page.evaluate(() => document.getElementById('a').removeAttribute('max-age'));
  assert.equal((await verify(page, code))[0].code, 'OK', 'a grey verdict uses no code up');
  await page.evaluate(() => document.getElementById('a').setAttribute('scene', 'hospital.visit'));
  assert.equal((await verify(page, await shown.next()))[0].verdict, 'invalid');
  await close(page);
});

test('two on a page are two verifiers, each with its language, and a hardware scanner serves the one in use', async () => {
  const page = await site.open(`${ELEMENT}<licence-verifier id="b" lang="en" theme="dark" scene="${SCENE}"></licence-verifier>`);
  await heard(page, 'ready', 2);
  const code = await shown.next();
  assert.equal((await verify(page, code, 'a'))[0].code, 'OK');
  assert.equal((await verify(page, code, 'b'))[0].code, 'OK', 'what one accepted the other has not seen');
  assert.match(await page.locator('#b .verdict-title').textContent(), /The licence is valid/);
  assert.deepEqual(await axe(page), []);
  await page.locator('#b #next').click();
  await page.locator('#note').focus();
  await scan(page, await shown.next());
  await heard(page, 'result', 3);
  assert.deepEqual(await page.evaluate(() => globalThis.told.at(-1).id), 'b');
  await page.evaluate(() => document.getElementById('b').remove());
  await scan(page, await shown.next(), 'Tab');
  await heard(page, 'result', 4);
  assert.deepEqual(await page.evaluate(() => globalThis.told.at(-1).id), 'a');
  await close(page);
});

test('with rp only the answer to the question shown is accepted', async () => {
  const wallet = await newPage(site.browser);
  await logIn(wallet, server, 'lin');
  const card = await cardFor(wallet, SCENE);
  await showCard(wallet, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(wallet);

  const page = await site.open(`<licence-verifier id="a" rp="${HOTEL}" scene="${SCENE}" unit="某某酒店"></licence-verifier>`, { policy: site.strict });
  const question = await eventually(async () => {
    const image = PNG.sync.read(await page.locator('licence-verifier .qr').screenshot());
    return jsQR(new Uint8ClampedArray(image.data), image.width, image.height).data;
  });
  assert.match(question, /^EC1:/);
  assert.deepEqual(await axe(page), []);
  assert.equal((await verify(page, await shown.next()))[0].code, 'E_NONCE');

  const answerTo = async (asked) => {
    await wallet.goto('about:blank');
    await wallet.goto(`${server.url}/wallet#answer`);
    await wallet.fill('#challenge', asked);
    await wallet.click('button[type=submit]');
    await wallet.waitForSelector('#consent');
    await wallet.fill('#pin', server.demo.accounts.find(({ login }) => login === 'lin').pin);
    await wallet.click('button[type=submit]');
    return readScreen(wallet);
  };
  const answer = await answerTo(question);
  const [verdict] = await verify(page, answer);
  assert.deepEqual([verdict.code, verdict.profile], ['OK', 'H+nonce']);
  // The next person gets another question, and the old answer does not fit it.
  await page.locator('licence-verifier #next').click();
  await page.locator('licence-verifier .qr').waitFor();
  assert.equal((await verify(page, answer))[0].code, 'E_NONCE');
  await close(page);
  await wallet.context().close();
});

// Last, since it kills the server.
test('after the first visit it verifies with the server dead and the network cut, also when the page is opened anew', async () => {
  const page = await site.open(ELEMENT, { policy: site.strict });
  const frame = await site.open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`);
  const codes = [await shown.next(), await shown.next(), await shown.next()];
  await server.stop();
  await page.context().setOffline(true);
  assert.equal((await verify(page, codes[0]))[0].code, 'OK');
  assert.equal((await verify(frame, codes[0]))[0].code, 'OK');
  // Its own site is there again, the licence server is not.
  await page.context().setOffline(false);
  await page.reload();
  await heard(page, 'ready');
  assert.match(await page.locator('licence-verifier .notice').textContent(), /没有网络/);
  assert.equal((await verify(page, codes[1]))[0].code, 'OK');
  assert.deepEqual(await axe(page), []);
  await close(page);
  await close(frame);
});
