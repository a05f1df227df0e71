/** The element's camera, with a film of real codes that the real server made, rotating as on a phone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newPage, showing, startBrowser, startServer } from './harness.mjs';
import { heard, pageWith, startHost, told, watch } from './host.mjs';

const SCENE = 'hotel.checkin';

/** Frames each code stays: Chromium plays 30 a second whatever the file says, and begins anew at its end. */
const HELD = 45;

let server;
let host;
let manifest;
let folder;

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

/** An MJPEG file of the codes in turn, each a little turned and on grey, as a phone held in a hand; `film` draws them. */
async function film(codes) {
  const browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(host.add('/film', { html: '<!doctype html><title>film</title>' }));
  const frames = await page.evaluate(
    async ([url, texts]) => {
      const { qrSvg } = await import(`${url}/wallet.js`);
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
      const context = canvas.getContext('2d');
      const drawn = [];
      for (const [index, text] of texts.entries()) {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(text).replace('<svg ', '<svg width="460" height="460" '))}`;
        await image.decode();
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = '#6b6f76';
        context.fillRect(0, 0, 1280, 720);
        context.setTransform(1, 0, 0, 1, 640, 360);
        context.rotate((index - 1) * 0.12);
        context.drawImage(image, -230, -230, 460, 460);
        drawn.push(canvas.toDataURL('image/jpeg', 0.8).split(',')[1]);
      }
      return drawn;
    },
    [`${server.url}/embed/${manifest.version}`, codes],
  );
  await browser.close();
  const file = join(folder, 'codes.mjpeg');
  writeFileSync(file, Buffer.concat(frames.flatMap((frame) => Array(HELD).fill(Buffer.from(frame, 'base64')))));
  return file;
}

test('it reads the codes of a phone one after the other, refuses one it saw, and lets go of the camera', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const file = await film([shown.first, await shown.next(), await shown.next()]);
  const browser = await startBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ]);
  try {
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
    const body = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier><licence-verifier id="b"></licence-verifier>`;
    await page.goto(host.add('/camera', { html: pageWith(server, manifest, body), policy }));
    await heard(page, 'ready', 2);
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
