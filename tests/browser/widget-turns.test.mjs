/** `<licence-verifier>` when things come late, at once, or not at all: the screen is the newest one's, for its time. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, hold, newPage, showing } from './harness.mjs';
import { close, heard, pageWith, startSite, told, verify, watch } from './host.mjs';

const SCENE = 'hotel.checkin';
const HOTEL = '91990100MA0000314U';
const OTHER = 'EL1:NOTACODE';
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>`;

let site;
let server;
let shown;

before(async () => {
  site = await startSite(['--use-fake-device-for-media-stream']);
  ({ server } = site);
  shown = await showing(server, 'lin', SCENE);
});

after(() => site?.stop());

/** A host page with `body`, which may use the camera and keeps every track of it that the element gets. */
async function open(body) {
  const page = await site.open(body);
  await page.context().grantPermissions(['camera']);
  await page.evaluate(() => {
    globalThis.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      globalThis.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  return page;
}

/** What stands in the element, and whether a camera is on. */
const screen = (page) =>
  page.evaluate(() => {
    const root = document.getElementById('a').shadowRoot;
    return {
      codes: [...root.querySelectorAll('.verdict')].map(({ dataset }) => dataset.code),
      viewfinder: root.querySelector('video') !== null && root.querySelector('#stop') !== null,
      camera: globalThis.tracks.some(({ readyState }) => readyState === 'live'),
    };
  });

/** What stands in the element comes to be this. */
const stands = (page, wanted) => eventually(async () => assert.deepEqual(await screen(page), wanted));

const SCANNING = { codes: [], viewfinder: true, camera: true };
const CLEAR = { codes: [], viewfinder: false, camera: false };

const codes = async (page) => (await told(page, 'result')).map(({ code }) => code);
const notice = (page) => page.locator('#a .notice').textContent();
const late = (page) => page.waitForTimeout(500);
const playing = (page) =>
  page.waitForFunction(() => document.getElementById('a').shadowRoot.querySelector('video')?.videoWidth > 0);

/** Calls a method and does not wait for it. */
const call = (page, name) =>
  page.evaluate((method) => {
    document.getElementById('a')[method]();
  }, name);

/** Begins to verify a picture, of `text` as a code or of nothing; `globalThis.read` is what will come of it. */
const readPicture = (page, text) =>
  page.evaluate(
    async ([base, code]) => {
      const canvas = new OffscreenCanvas(640, 640);
      const context = canvas.getContext('2d');
      if (code) {
        const { qrSvg } = await import(`${base}/wallet.js`);
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(code))}`;
        await image.decode();
        context.drawImage(image, 0, 0, 640, 640);
      }
      const picture = await canvas.convertToBlob();
      globalThis.read = document.getElementById('a').verify(picture);
    },
    [`${server.url}/embed/${site.manifest.version}`, text],
  );

const wasRead = (page) => page.evaluate(async () => (await globalThis.read).map(({ code }) => code));

test('newer lists that come late judge nobody who has gone', async () => {
  for (const next of ['code', 'camera']) {
    const page = await open(`<licence-verifier id="a" scene="${SCENE}" max-age="0"></licence-verifier>`);
    // Until the list is older than that.
    await page.waitForTimeout(1500);
    await verify(page, await shown.next());
    assert.deepEqual(await codes(page), ['U_STATUS_MISSING']);
    const lists = await hold(page, '**/status-lists', (route) => route.abort());
    await page.locator('#renew').click();
    await lists.asked;
    if (next === 'code') {
      await page.locator('#next').click();
      await verify(page, OTHER);
    } else {
      await call(page, 'start');
      await playing(page);
    }
    const before = await screen(page);
    lists.answer();
    await page.locator('#a .notice', { hasText: '没有网络' }).waitFor();
    await late(page);
    assert.deepEqual(await screen(page), before);
    if (next === 'camera') assert.deepEqual(before, SCANNING);
    assert.equal((await codes(page)).length, next === 'code' ? 2 : 1);
    await close(page);
  }
});

test('newer lists judge the code on the screen, once, however often they are asked for', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" max-age="0"></licence-verifier>`);
  await page.waitForTimeout(1500);
  await verify(page, await shown.next());
  const lists = await hold(page, '**/status-lists');
  await page.locator('#renew').click();
  await lists.asked;
  assert.equal(await page.locator('#pause').count(), 0, 'nothing clears a screen that waits for its lists');
  await page.locator('#renew').click();
  await page.evaluate(() => {
    const element = document.getElementById('a');
    element.setAttribute('theme', 'dark');
    element.removeAttribute('max-age');
  });
  lists.answer();
  await heard(page, 'result', 2);
  await late(page);
  assert.deepEqual(await codes(page), ['U_STATUS_MISSING', 'OK']);
  assert.deepEqual((await screen(page)).codes, ['OK']);
  await close(page);
});

test('a slow picture neither overtakes what came after it nor wipes it away', async () => {
  for (const text of [await shown.next(), null]) {
    const page = await open(ELEMENT);
    const module = await hold(page, '**/scanner.js');
    await readPicture(page, text);
    await module.asked;
    assert.match(await notice(page), /正在/);
    const [{ code }] = await verify(page, OTHER);
    module.answer();
    assert.deepEqual(await wasRead(page), []);
    assert.deepEqual((await screen(page)).codes, [code]);
    assert.deepEqual(await codes(page), [code]);
    assert.deepEqual(await told(page, 'error'), []);
    assert.equal(await notice(page), '');
    await close(page);
  }
  const page = await open(ELEMENT);
  const module = await hold(page, '**/scanner.js');
  await readPicture(page, await shown.next());
  await module.asked;
  await page.evaluate(() => document.getElementById('a').reset());
  module.answer();
  assert.deepEqual(await wasRead(page), []);
  await stands(page, CLEAR);
  await close(page);
});

test('a verdict whose time is over does not take the next picture with it', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" autohide="1"></licence-verifier>`);
  await verify(page, OTHER);
  const module = await hold(page, '**/scanner.js');
  await readPicture(page, await shown.next());
  await module.asked;
  await page.locator('#scan').waitFor();
  module.answer();
  assert.deepEqual(await wasRead(page), ['OK']);
  await close(page);
});

test('a question that is still being made does not push the camera off the screen', async () => {
  const page = await open(ELEMENT);
  const wallet = await hold(page, '**/wallet.js');
  await page.evaluate((rp) => {
    const element = document.getElementById('a');
    element.setAttribute('rp', rp);
    element.start();
  }, HOTEL);
  await wallet.asked;
  await playing(page);
  wallet.answer();
  await late(page);
  assert.deepEqual(await screen(page), SCANNING);
  await page.locator('#stop').click();
  await page.locator('#a .qr').waitFor();
  await stands(page, CLEAR);

  // At once, before the browser has given the camera.
  await page.evaluate(() => {
    const element = document.getElementById('a');
    element.reset();
    element.start();
  });
  await playing(page);
  await late(page);
  assert.deepEqual(await screen(page), SCANNING);
  await call(page, 'stop');
  await page.locator('#a .qr').waitFor();
  await page.evaluate((rp) => {
    const element = document.getElementById('a');
    element.setAttribute('rp', rp.replace('9199', '9198'));
    element.start();
  }, HOTEL);
  await playing(page);
  await late(page);
  assert.deepEqual(await screen(page), SCANNING);
  assert.deepEqual(await told(page, 'error'), []);
  await close(page);
});

test('continuous with a unit that asks: the camera stays, and each person gets a question of his own', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" rp="${HOTEL}" autohide="1" continuous></licence-verifier>`);
  const question = () => page.locator('#a .qr path').last().getAttribute('d');
  await page.locator('#scan').click();
  await playing(page);
  const first = await question();
  assert.deepEqual(await screen(page), SCANNING);
  // Looked at in one go: the verdict stays for a second.
  const beside = await page.evaluate(async (text) => {
    const element = document.getElementById('a');
    const verdicts = await element.verify(text);
    const root = element.shadowRoot;
    return {
      told: verdicts.map(({ code }) => code),
      codes: [...root.querySelectorAll('.verdict')].map(({ dataset }) => dataset.code),
      viewfinder: root.querySelector('video') !== null && root.querySelector('#stop') !== null,
      camera: globalThis.tracks.some(({ readyState }) => readyState === 'live'),
      question: root.querySelector('.qr') !== null,
    };
  }, await shown.next());
  assert.deepEqual(beside, { told: ['E_NONCE'], codes: ['E_NONCE'], viewfinder: true, camera: true, question: false }, 'a question that was answered is not shown on');
  await page.locator('#a .verdict').waitFor({ state: 'detached' });
  await page.locator('#a .qr').waitFor();
  assert.notEqual(await question(), first);
  await stands(page, SCANNING);
  await page.locator('#stop').click();
  await page.locator('#scan').waitFor();
  await stands(page, CLEAR);
  await close(page);
});

test('an element that is gone is never ready', async () => {
  const page = await newPage(site.browser);
  await watch(page);
  await page.addInitScript(() => {
    globalThis.heard = [];
    document.addEventListener('DOMContentLoaded', () => {
      globalThis.gone = document.getElementById('a');
      for (const name of ['ready', 'error']) globalThis.gone.addEventListener(name, () => globalThis.heard.push(name));
    });
  });
  const wallet = await hold(page, '**/wallet.js');
  const body = `<licence-verifier id="a" scene="${SCENE}" rp="${HOTEL}"></licence-verifier>`;
  await page.goto(site.host.add('/gone', { html: pageWith(server, site.manifest, body) }));
  await wallet.asked;
  await page.evaluate(() => globalThis.gone.remove());
  wallet.answer();
  await late(page);
  assert.deepEqual(await page.evaluate(() => globalThis.heard), []);
  await page.context().close();
});

test('a camera that does not play, or ends by itself, is said in words and can be started again', async () => {
  const page = await open(ELEMENT);
  const saidBusy = async (count) => {
    const { code, message } = await heard(page, 'error', count);
    assert.equal(code, 'CAMERA_BUSY');
    assert.match(message, /相机打不开/);
    assert.match(await page.locator('#a .problem').textContent(), /相机打不开/);
    await stands(page, CLEAR);
  };
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = () => {
      HTMLMediaElement.prototype.play = play;
      return Promise.reject(new DOMException('', 'NotAllowedError'));
    };
  });
  await page.locator('#scan').click();
  await saidBusy(1);

  await page.locator('#scan').click();
  await playing(page);
  // Taken away; a track ends in the same way when its camera is unplugged.
  await page.context().clearPermissions();
  await saidBusy(2);
  await page.context().grantPermissions(['camera']);

  await page.locator('#scan').click();
  await playing(page);
  assert.deepEqual(await screen(page), SCANNING);
  // Stopped on purpose, also before it plays: no error.
  await page.locator('#stop').click();
  await page.locator('#scan').waitFor();
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      HTMLMediaElement.prototype.play = play;
      document.getElementById('a').stop();
      return play.call(this);
    };
    return document.getElementById('a').start();
  });
  await late(page);
  await stands(page, CLEAR);
  assert.equal((await told(page, 'error')).length, 2);
  await close(page);
});

test('a verdict goes after its time by the clock: asleep, in view again, or with the clock set back', async () => {
  const page = await open(ELEMENT);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 10_000);
  const clears = () => page.locator('#a [role=timer]').textContent();
  const isClear = () => stands(page, CLEAR);

  await verify(page, OTHER);
  await page.clock.runFor(3000);
  assert.equal(await clears(), '27 秒后清除');
  // Only one tick, an hour later.
  await page.clock.fastForward(3_600_000);
  await isClear();

  for (const move of [3_600_000, -3_600_000]) {
    await verify(page, OTHER);
    await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + move);
    assert.equal((await screen(page)).codes.length, 1);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await isClear();
  }
  await close(page);
});

test('another language or theme leaves a verdict its time, and its pause', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" autohide="5"></licence-verifier>`);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 10_000);
  const set = (name, value) =>
    page.evaluate(([attribute, given]) => document.getElementById('a').setAttribute(attribute, given), [name, value]);
  const countdown = page.locator('#a .countdown');

  await verify(page, OTHER);
  await page.clock.runFor(3000);
  await set('theme', 'dark');
  await eventually(async () => assert.equal(await countdown.textContent(), '2 秒后清除暂停'));
  await page.clock.runFor(2250);
  await stands(page, CLEAR);

  await verify(page, OTHER);
  await page.clock.runFor(3000);
  await countdown.locator('button').click();
  await set('lang', 'en');
  await page.locator('#a .countdown', { hasText: 'Resume' }).waitFor();
  await page.clock.runFor(60_000);
  await set('theme', 'light');
  await eventually(async () => assert.equal(await countdown.textContent(), 'Cleared in 2 sResume'));
  await countdown.locator('button').click();
  await eventually(async () => assert.equal(await countdown.textContent(), 'Cleared in 2 sPause'));
  await page.clock.runFor(2250);
  await stands(page, CLEAR);
  await page.waitForFunction(() => document.getElementById('a').shadowRoot.activeElement?.id === 'scan');
  await close(page);
});

test('what a frame was asked fails when the frame goes', async () => {
  const page = await open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`);
  await page.evaluate(() => {
    globalThis.ended = document.getElementById('a').start().then(
      () => 'settled',
      (error) => `${error.name}: ${error.message}`,
    );
  });
  await page.frameLocator('#a iframe').locator('video').waitFor();
  const ended = await page.evaluate(() => {
    document.getElementById('a').remove();
    return Promise.race([globalThis.ended, new Promise((resolve) => setTimeout(resolve, 2000, 'hangs'))]);
  });
  assert.match(ended, /^Error: 本页不能核验/);
  await close(page);
});
