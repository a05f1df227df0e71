/** The element's camera, with a film of real codes that the real server made, rotating as on a phone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, newPage, setHidden, showing, startBrowser, startServer } from './harness.mjs';
import { heard, pageWith, startHost, told, watch } from './host.mjs';

const SCENE = 'hotel.checkin';

/** Frames each code stays: Chromium plays 30 a second whatever the file says, and begins anew at its end. */
const HELD = 45;

let server;
let host;
let manifest;
let folder;
let films = 0;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lz-film-'));
  [server, host] = await Promise.all([startServer(), startHost()]);
  manifest = await (await fetch(`${server.url}/embed/manifest.json`)).json();
});

after(async () => {
  await server?.close();
  host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * An MJPEG file of pictures in turn, each of the codes given for it side by side, a little turned and on grey, as held in a
 * hand; each stays for `held` frames.
 */
async function film(pictures, held = HELD) {
  const browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(host.add('/film', { html: '<!doctype html><title>film</title>' }));
  const frames = await page.evaluate(
    async ([url, wanted]) => {
      const { qrSvg } = await import(`${url}/wallet.js`);
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
      const context = canvas.getContext('2d');
      const drawn = [];
      for (const [index, texts] of wanted.entries()) {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = '#6b6f76';
        context.fillRect(0, 0, 1280, 720);
        for (const [place, text] of texts.entries()) {
          const image = new Image();
          image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(text).replace('<svg ', '<svg width="460" height="460" '))}`;
          await image.decode();
          context.setTransform(1, 0, 0, 1, (1280 * (place + 1)) / (texts.length + 1), 360);
          context.rotate(((index % 3) - 1) * (texts.length > 1 ? 0.04 : 0.12));
          const side = texts.length > 1 ? 400 : 460;
          context.drawImage(image, -side / 2, -side / 2, side, side);
        }
        drawn.push(canvas.toDataURL('image/jpeg', 0.8).split(',')[1]);
      }
      return drawn;
    },
    [`${server.url}/embed/${manifest.version}`, pictures],
  );
  await browser.close();
  films += 1;
  const file = join(folder, `${films}.mjpeg`);
  writeFileSync(file, Buffer.concat(frames.flatMap((frame) => Array(held).fill(Buffer.from(frame, 'base64')))));
  return file;
}

/** A browser whose camera shows the film, and a page in it with `body`, opened and ready. */
async function look(file, body, elements = 1) {
  const browser = await startBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ]);
  const page = await newPage(browser);
  await watch(page);
  // Every stream that the element gets, to see what becomes of it; and one of our own that keeps the film running:
  // Chromium begins it anew whenever nobody has looked.
  await page.addInitScript(() => {
    globalThis.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const own = ask({ video: { width: 1280, height: 720 } });
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      await own;
      const stream = await ask(wanted);
      globalThis.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  const policy = `default-src 'none'; script-src ${server.url} 'wasm-unsafe-eval'; connect-src ${server.url}`;
  await page.goto(host.add(`/camera${films}`, { html: pageWith(server, manifest, body), policy }));
  await heard(page, 'ready', elements);
  return { browser, page };
}

const live = (page) => page.evaluate(() => globalThis.tracks.some(({ readyState }) => readyState === 'live'));

test('it reads the codes of a phone one after the other, refuses one it saw, and lets go of the camera', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const file = await film([[shown.first], [await shown.next()], [await shown.next()]]);
  const body = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier><licence-verifier id="b"></licence-verifier>`;
  const { browser, page } = await look(file, body, 2);
  try {
    const states = () => page.evaluate(() => globalThis.tracks.map(({ readyState }) => readyState));

    // Until each of the three was accepted; a code met again in between is refused as used.
    const tokens = new Set();
    const first = page.locator('#a');
    let scans = 0;
    const scan = async () => {
      scans += 1;
      if (scans > 1) await first.locator('#next').click();
      await first.locator('#scan').click();
      const verdict = await heard(page, 'result', scans);
      const { jti } = verdict.token;
      assert.equal(verdict.code, tokens.has(jti) ? 'E_REPLAY' : 'OK', JSON.stringify(verdict));
      tokens.add(jti);
      return verdict;
    };
    while (tokens.size < 3) {
      assert.ok(scans <= 40, `only ${tokens.size} codes after 40 scans`);
      await scan();
    }
    assert.equal((await scan()).code, 'E_REPLAY', 'all three are used now');
    assert.ok((await told(page, 'scan')).every(({ source }) => source === 'camera'));
    assert.ok((await states()).every((state) => state === 'ended'), 'the camera is off while a verdict is shown');

    // Stopping by hand, and going away with the camera on or still asked for.
    await first.locator('#next').click();
    await page.evaluate(() => {
      const element = document.getElementById('a');
      element.start();
      return element.stop();
    });
    await first.locator('#scan').waitFor();
    await page.evaluate(async () => {
      const element = document.getElementById('b');
      element.setAttribute('scene', 'no.such');
      const started = element.start();
      element.remove();
      await started;
    });
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
    assert.deepEqual(page.faults, []);

    // In the frame too.
    const framed = await newPage(browser);
    await watch(framed);
    const frame = `<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`;
    await framed.goto(host.add('/framed', { html: pageWith(server, manifest, frame) }));
    await heard(framed, 'ready');
    await framed.evaluate(() => {
      document.getElementById('a').start();
    });
    const inside = await heard(framed, 'result');
    assert.ok(['OK', 'E_TOKEN_EXPIRED'].includes(inside.code), inside.code);
  } finally {
    await browser.close();
  }
});

test('a foreign code neither makes the verdict nor closes the camera; it is told beside the picture', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const [payment, link] = ['wxp://f2f0AbCdEfGhIjKlMnOpQrStUvWxYz', 'https://shop.example/menu?table=7'];
  const file = await film([[payment], [payment, link], [payment, shown.first]], 120);
  const { browser, page } = await look(file, `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>`);
  try {
    const element = page.locator('#a');
    await element.locator('#scan').click();
    await element.locator('#aim', { hasText: '支付码' }).waitFor();
    await element.locator('#aim', { hasText: '网址' }).waitFor();
    assert.ok(await live(page));
    assert.deepEqual(await told(page, 'result'), []);
    assert.equal((await heard(page, 'result')).code, 'OK');
    await page.waitForTimeout(500);
    assert.deepEqual((await told(page, 'result')).map(({ code }) => code), ['OK'], 'no verdict on the sticker');
    assert.match(await element.locator('.notice').textContent(), /支付码/);
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
});

test('continuous: one person after the other without a click; who stays is not asked again, a code shown again is refused', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const codes = [shown.first, await shown.next(), await shown.next()];
  // Each away for six seconds before it comes again.
  const file = await film(codes.map((code) => [code]), 90);
  const { browser, page } = await look(file, `<licence-verifier id="a" scene="${SCENE}" autohide="1" continuous></licence-verifier>`);
  try {
    const element = page.locator('#a');
    await element.locator('#scan').click();
    await heard(page, 'result', 3);
    const first = (await told(page, 'result')).slice(0, 3);
    assert.deepEqual(first.map(({ code }) => code), ['OK', 'OK', 'OK']);
    assert.equal(new Set(first.map(({ token }) => token.jti)).size, 3, 'each once, though each was in view for three seconds');
    assert.ok(await live(page));
    assert.equal(await page.evaluate(() => globalThis.tracks.length), 1, 'the camera was never closed');
    assert.equal((await heard(page, 'result', 4)).code, 'E_REPLAY');
    assert.equal(await element.locator('.verdict').count(), 1);
    assert.equal(await element.locator('video').count(), 1);
    assert.deepEqual(await axe(page), []);

    // Between two people there is the camera's picture, and out of sight the camera is off.
    await element.locator('.verdict').waitFor({ state: 'detached' });
    assert.ok(await live(page));
    await setHidden(page, true);
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await setHidden(page, false);
    await heard(page, 'result', 5);
    assert.ok(await live(page));
    // Stopped beside a verdict, that stays for its time.
    await element.locator('.verdict').waitFor();
    await element.locator('#stop').click();
    assert.equal(await live(page), false);
    assert.equal(await element.locator('video').count(), 0);
    await element.locator('#scan').waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
});
