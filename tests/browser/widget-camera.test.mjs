/** The element's camera, with a film of real codes that the real server made, rotating as on a phone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browserSeeing, film, isLive, watchCamera } from './film.mjs';
import { axe, newPage, setHidden, showing, startServer } from './harness.mjs';
import { heard, pageWith, startHost, told, watch } from './host.mjs';

const SCENE = 'hotel.checkin';

let server;
let host;
let manifest;
let looks = 0;

before(async () => {
  [server, host] = await Promise.all([startServer(), startHost()]);
  manifest = await (await fetch(`${server.url}/embed/manifest.json`)).json();
});

after(async () => {
  await server?.close();
  host?.close();
});

/** A browser whose camera shows the film, and a page in it with `body`, opened and ready. */
async function look(file, body, elements = 1) {
  const browser = await browserSeeing(file);
  const page = await newPage(browser);
  await watch(page);
  await watchCamera(page);
  const policy = `default-src 'none'; script-src ${server.url} 'wasm-unsafe-eval'; connect-src ${server.url}`;
  await page.goto(host.add(`/camera${(looks += 1)}`, { html: pageWith(server, manifest, body), policy }));
  await heard(page, 'ready', elements);
  return { browser, page };
}

test('it reads the codes of a phone one after the other, refuses one it saw, and lets go of the camera', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const file = await film(server, [[shown.first], [await shown.next()], [await shown.next()]]);
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
  // The film runs from the moment the page begins to load: the licence comes late enough for a slow machine.
  const file = await film(server, [[payment], [payment], [payment, link], [payment, shown.first]], 120);
  const { browser, page } = await look(file, `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>`);
  try {
    const element = page.locator('#a');
    await element.locator('#scan').click();
    await element.locator('#aim', { hasText: '支付码' }).waitFor();
    await element.locator('#aim', { hasText: '网址' }).waitFor();
    assert.ok(await isLive(page));
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
  const file = await film(server, codes.map((code) => [code]), 90);
  const { browser, page } = await look(file, `<licence-verifier id="a" scene="${SCENE}" autohide="1" continuous></licence-verifier>`);
  try {
    const element = page.locator('#a');
    // Looked at as it is told: a verdict stays for a second.
    await page.evaluate(() =>
      document.getElementById('a').addEventListener('result', ({ target: { shadowRoot } }) => {
        globalThis.beside = { verdicts: shadowRoot.querySelectorAll('.verdict').length, videos: shadowRoot.querySelectorAll('video').length };
      }),
    );
    await element.locator('#scan').click();
    await heard(page, 'result', 3);
    const first = (await told(page, 'result')).slice(0, 3);
    assert.deepEqual(first.map(({ code }) => code), ['OK', 'OK', 'OK']);
    assert.equal(new Set(first.map(({ token }) => token.jti)).size, 3, 'each once, though each was in view for three seconds');
    assert.ok(await isLive(page));
    assert.equal(await page.evaluate(() => globalThis.tracks.length), 1, 'the camera was never closed');
    assert.equal((await heard(page, 'result', 4)).code, 'E_REPLAY');
    assert.deepEqual(await page.evaluate(() => globalThis.beside), { verdicts: 1, videos: 1 });
    assert.deepEqual(await axe(page), []);

    // Between two people there is the camera's picture, and out of sight the camera is off.
    await element.locator('.verdict').waitFor({ state: 'detached' });
    assert.ok(await isLive(page));
    await setHidden(page, true);
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await setHidden(page, false);
    await heard(page, 'result', 5);
    assert.ok(await isLive(page));
    // Stopped beside a verdict, that stays for its time.
    await element.locator('.verdict').waitFor();
    await element.locator('#stop').click();
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await element.locator('video').waitFor({ state: 'detached' });
    await element.locator('#scan').waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
});
