// What the pages cost a phone: JavaScript of each, first paint and PIN to code on a slow one, a camera's first verdict.
//
//     node tests/bench/pages.mjs        (needs the server and the browser modules built)
//
// The machine's own speed is in the times: what carries over is bytes, and how far a time is from its goal.

import { gzipSync } from 'node:zlib';
import { browserSeeing, film, watchCamera } from '../browser/film.mjs';
import { account, cardFor, logIn, newPage, showing, startBrowser, startServer } from '../browser/harness.mjs';

/** Bytes of JavaScript that a page may need before anything is done on it, compressed. */
const MOST_BYTES = 60 * 1024;
/** A phone six times as slow as this machine, on a network that answers after 400 ms (1.6 Mbit/s down, 0.75 up). */
const SLOWER = 6;
const NETWORK = { offline: false, latency: 400, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (0.75 * 1024 * 1024) / 8 };
const TIMES = 20;
const SCENE = 'hotel.checkin';

const server = await startServer();
const { pin } = account(server, 'lin');
const browser = await startBrowser();
let missed = 0;

/** One line; `goal` is the most that the value may be. */
function tell(what, value, unit, goal) {
  const over = goal !== undefined && value > goal;
  if (over) missed += 1;
  console.log(`${what}: ${value.toFixed(unit === 's' ? 2 : 0)} ${unit}${goal === undefined ? '' : ` (goal ${goal})`}${over ? '  MISSED' : ''}`);
}

const p95 = (times) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];

async function slow(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', NETWORK);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
}

try {
  for (const path of ['/', '/wallet', '/verify', '/office']) {
    const page = await newPage(browser, { serviceWorkers: 'block' });
    const bodies = [];
    page.on('response', (response) => {
      if (/javascript/.test(response.headers()['content-type'] ?? '')) bodies.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
    });
    await page.goto(server.url + path, { waitUntil: 'networkidle' });
    const sizes = await Promise.all(bodies);
    tell(`${path}: JavaScript in ${sizes.length} files, gzip -9`, sizes.reduce((sum, size) => sum + size, 0), 'bytes', MOST_BYTES);
    await page.context().close();
  }

  const paints = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await newPage(browser, { serviceWorkers: 'block' });
    await slow(page);
    await page.goto(`${server.url}/wallet`);
    paints.push(await page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => resolve(startTime))).observe({ type: 'paint', buffered: true });
    })));
    await page.context().close();
  }
  tell(`/wallet: first contentful paint, nothing kept, p95 of ${TIMES}`, p95(paints) / 1000, 's');

  const codes = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await newPage(browser);
    await logIn(page, server, 'lin');
    const card = await cardFor(page, SCENE);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await slow(page);
    await page.evaluate(() => {
      document.addEventListener('submit', () => (globalThis.given = performance.now()), true);
      const look = () => {
        const picture = document.querySelector('#qr:not([hidden])');
        if (picture?.complete && picture.naturalWidth > 0) globalThis.drawn = performance.now();
        else requestAnimationFrame(look);
      };
      look();
    });
    await page.evaluate((hash) => (location.hash = hash), `card/${card.id}`);
    await page.waitForSelector('#pin');
    await page.selectOption('#scene', SCENE);
    await page.fill('#pin', pin);
    await page.click('button[type=submit]');
    await page.waitForFunction(() => globalThis.drawn !== undefined);
    codes.push(await page.evaluate(() => globalThis.drawn - globalThis.given));
    await page.context().close();
  }
  tell(`PIN to code, p95 of ${TIMES}`, p95(codes) / 1000, 's');

  const shown = await showing(server, 'lin', SCENE);
  const seeing = await browserSeeing(await film(server, [[shown.first]], 30));
  const firsts = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await newPage(seeing);
    await watchCamera(page);
    await page.goto(`${server.url}/verify`);
    await page.waitForSelector('html[data-ready]');
    await page.evaluate(() => {
      new MutationObserver(() => {
        const video = document.querySelector('video');
        video?.addEventListener('loadeddata', () => (globalThis.inView ??= performance.now()), { once: true });
        if (document.querySelector('.verdict')) globalThis.judged ??= performance.now();
      }).observe(document.body, { childList: true, subtree: true });
    });
    await page.click('#scan');
    await page.waitForFunction(() => globalThis.judged !== undefined);
    firsts.push(await page.evaluate(() => globalThis.judged - globalThis.inView));
    await page.context().close();
  }
  tell(`/verify: first verdict after the code is in view, p95 of ${TIMES}`, p95(firsts) / 1000, 's', 1);

  const page = await newPage(seeing);
  await watchCamera(page);
  await page.goto(`${server.url}/verify`);
  const frames = await page.evaluate(async (times) => {
    const scanner = await import('/assets/wasm/scanner.js');
    const video = Object.assign(document.createElement('video'), { muted: true });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
    await video.play();
    const canvas = new OffscreenCanvas(1280, 720).getContext('2d', { willReadFrequently: true });
    const taken = [];
    for (let time = 0; time < times; time += 1) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      canvas.drawImage(video, 0, 0, 1280, 720);
      const started = performance.now();
      if (scanner.readCodes(canvas.getImageData(0, 0, 1280, 720)).length === 0) throw new Error('no code in the frame');
      taken.push(performance.now() - started);
    }
    return taken;
  }, 100);
  tell('a frame of 1280×720 with a code, read, p95 of 100', p95(frames), 'ms');
  await seeing.close();
} finally {
  await browser.close();
  await server.close();
}
console.log(missed === 0 ? 'pages: every goal is kept' : `pages: ${missed} goals missed`);
