/** The wallet's camera, with films of codes: a verifier's question, a counter's request, others' codes; and where there is none. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browserSeeing, film, isLive, watchCamera } from './film.mjs';
import { account, axe, done, logIn, newPage, now, readScreen, showing, startBrowser, startServer, verifierFor } from './harness.mjs';

const SCENE = 'hotel.checkin';
const REQUEST = 'ER1:0123456789ABCDEF';

let server;

before(async () => {
  server = await startServer();
});

after(() => server?.close());

/** The screen for codes, in a browser of its own that `see` starts. */
async function openScan(see) {
  const browser = await see;
  const page = await newPage(browser, { serviceWorkers: 'block' });
  page.setDefaultTimeout(20_000);
  await watchCamera(page);
  await logIn(page, server, 'lin');
  await page.goto(`${server.url}/wallet#answer`);
  await page.waitForSelector('#scan');
  return { browser, page };
}

/** A hotel's question, and its text. */
async function question() {
  const browser = await startBrowser();
  try {
    const page = await newPage(browser);
    await page.goto(`${server.url}/problems/wrong-pin`);
    return await page.evaluate(async (scene) => {
      const { makeChallenge } = await import('/assets/wasm/wallet.js');
      return makeChallenge({ aud: 'hotel', rp: '91990100MA0000000X', scene });
    }, SCENE);
  } finally {
    await browser.close();
  }
}

test('a verifier’s question is scanned, agreed to and answered; the camera is off at once', async () => {
  const asked = await question();
  const verifier = await verifierFor(server);
  const { browser, page } = await openScan(browserSeeing(await film(server, [[asked]])));
  try {
    await page.click('#scan');
    await page.waitForSelector('#consent');
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    assert.deepEqual(await axe(page), []);
    await page.fill('#pin', account(server, 'lin').pin);
    await page.click('button[type=submit]');
    const verdict = verifier.verify(await readScreen(page), { now: now(), scene: SCENE, challenge: asked });
    assert.equal(verdict.code, 'OK', JSON.stringify(verdict));
    await done(page);
  } finally {
    await browser.close();
  }
});

test('a counter’s request is led to its screen, scanned or pasted', async () => {
  const { browser, page } = await openScan(browserSeeing(await film(server, [[REQUEST]])));
  try {
    const handled = () => page.waitForFunction(() => location.hash.startsWith('#request/') || document.querySelector('#problem')?.textContent.includes('用证请求'));
    await page.click('#scan');
    await handled();
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    if (await page.evaluate(() => location.hash.startsWith('#request/'))) {
      assert.equal(await page.evaluate(() => decodeURIComponent(location.hash.slice('#request/'.length))), REQUEST);
    }
    await page.goto(`${server.url}/wallet#`);
    await page.waitForSelector('.cards > li');
    await page.goto(`${server.url}/wallet#answer`);
    await page.fill('#challenge', REQUEST);
    await page.click('button[type=submit]');
    await handled();
    await done(page);
  } finally {
    await browser.close();
  }
});

test('other codes are told beside the picture and end nothing; stopped by hand, the camera is off', async () => {
  const { first } = await showing(server, 'lin', SCENE);
  const { browser, page } = await openScan(browserSeeing(await film(server, [[first]])));
  try {
    await page.click('#scan');
    await page.locator('#aim', { hasText: '他人的亮证码' }).waitFor();
    assert.ok(await isLive(page));
    assert.deepEqual(await axe(page), []);
    await page.click('#stop');
    await page.waitForSelector('#scan');
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    assert.equal(await page.evaluate(() => document.activeElement.id), 'scan');
    // Left while it looks.
    await page.click('#scan');
    await page.waitForFunction(() => globalThis.tracks.some(({ readyState }) => readyState === 'live'));
    await page.click('.back');
    await page.waitForSelector('.cards > li');
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await done(page);
  } finally {
    await browser.close();
  }
});

test('a camera that may not be used, or is not there, is told with what to do instead, which still works', async () => {
  const asked = await question();
  for (const [switches, words] of [
    [['--use-fake-device-for-media-stream', '--deny-permission-prompts'], /未获得相机权限.*允许本页使用相机.*粘贴码的内容/],
    [['--use-fake-ui-for-media-stream'], /没有找到相机.*粘贴码的内容/],
  ]) {
    const browser = await startBrowser(switches);
    try {
      const page = await newPage(browser);
      await logIn(page, server, 'lin');
      await page.goto(`${server.url}/wallet#answer`);
      await page.click('#scan');
      const problem = page.locator('div.problem');
      await problem.waitFor();
      assert.match(await problem.textContent(), words);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'scan');
      assert.deepEqual(await axe(page), []);
      await page.fill('#challenge', asked);
      await page.click('button[type=submit]');
      await page.waitForSelector('#consent');
      await done(page);
    } finally {
      await browser.close();
    }
  }
});
