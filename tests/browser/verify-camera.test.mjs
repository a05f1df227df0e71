/** The camera on the verifier's page, with a film of real codes; what is said where there is none; and the handshake. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { browserSeeing, film, isLive, watchCamera } from './film.mjs';
import { account, axe, cardFor, done, eventually, judgeText, logIn, newPage, readScreen, setHidden, showCard, showing, startBrowser, startServer, untilKept } from './harness.mjs';
import { enter } from './office-hands.mjs';

const SCENE = 'hotel.checkin';
const FAKE = ['--use-fake-ui-for-media-stream'];

let server;

before(async () => {
  server = await startServer();
});

after(() => server?.close());

/** The page, in a browser of its own that `see` starts. */
async function openVerify(see, prepare = () => undefined) {
  const browser = await see;
  const page = await newPage(browser);
  await prepare(page);
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  return { browser, page };
}

/** The code of each verdict that appears, in turn. */
const watchVerdicts = (page) =>
  page.evaluate(() => {
    globalThis.seen = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          const card = node instanceof Element ? (node.matches('.verdict') ? node : node.querySelector('.verdict')) : null;
          if (card) globalThis.seen.push([card.dataset.code, card.querySelector('.raw pre') && JSON.parse(card.querySelector('.raw pre').textContent).token?.jti]);
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
  });

test('it reads the codes of a phone one after the other, refuses one it saw, and lets go of the camera', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const file = await film(server, [[shown.first], [await shown.next()], [await shown.next()]]);
  const { browser, page } = await openVerify(browserSeeing(file), watchCamera);
  try {
    await page.selectOption('#scene', SCENE);
    const accepted = new Set();
    for (let scans = 0; accepted.size < 3; scans += 1) {
      assert.ok(scans < 40, `only ${accepted.size} codes after 40 scans`);
      await page.click('#scan');
      const card = page.locator('.verdict');
      await card.waitFor();
      const jti = JSON.parse(await card.locator('.raw pre').textContent()).token.jti;
      assert.equal(await card.getAttribute('data-code'), accepted.has(jti) ? 'E_REPLAY' : 'OK');
      accepted.add(jti);
      assert.equal(await isLive(page), false, 'the camera is off while a verdict is shown');
      assert.equal(await page.locator('video').count(), 0, 'the result takes its place');
      if (scans === 0) assert.deepEqual(await axe(page), []);
      await page.click('#next');
    }
    // Stopped by hand, and back at the beginning.
    await page.click('#scan');
    await page.locator('video').waitFor();
    if (await page.isVisible('#stop')) await page.click('#stop').catch(() => undefined);
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
});

test('one after the other: the camera stays open beside the verdict, off while nobody looks, and closes when stopped', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const codes = [shown.first, await shown.next(), await shown.next()];
  // Each away for six seconds before it comes again.
  const file = await film(server, codes.map((code) => [code]), 90);
  const { browser, page } = await openVerify(browserSeeing(file), watchCamera);
  try {
    await watchVerdicts(page);
    await page.check('#continuous');
    await page.click('#scan');
    await page.waitForFunction(() => globalThis.seen.length >= 3, null, { timeout: 30_000 });
    const first = (await page.evaluate(() => globalThis.seen)).slice(0, 3);
    assert.deepEqual(first.map(([code]) => code), ['OK', 'OK', 'OK']);
    assert.equal(new Set(first.map(([, jti]) => jti)).size, 3, 'each once, though each was in view for three seconds');
    assert.ok(await isLive(page));
    assert.equal(await page.evaluate(() => globalThis.tracks.length), 1, 'the camera was never closed');
    assert.equal(await page.locator('.verdict').count(), 1);
    assert.equal(await page.locator('video').count(), 1);
    assert.deepEqual(await axe(page), []);
    await page.waitForFunction(() => globalThis.seen.some(([code]) => code === 'E_REPLAY'), null, { timeout: 30_000 });

    await page.click('#next');
    await page.waitForFunction(() => document.activeElement?.id === 'stop');
    await setHidden(page, true);
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await setHidden(page, false);
    await page.locator('video').waitFor();
    await page.waitForFunction(() => globalThis.tracks.some(({ readyState }) => readyState === 'live'));
    await page.click('#stop');
    // Beside a verdict that came meanwhile there was a way on before.
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await page.waitForSelector('#scan, #next');
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
});

test('a foreign code neither makes the verdict nor closes the camera; it is told beside the picture', async () => {
  const shown = await showing(server, 'lin', SCENE);
  const payment = 'wxp://f2f0AbCdEfGhIjKlMnOpQrStUvWxYz';
  const looking = async (pictures, look) => {
    const { browser, page } = await openVerify(browserSeeing(await film(server, pictures)), watchCamera);
    try {
      await page.click('#scan');
      await look(page);
      await done(page);
    } finally {
      await browser.close();
    }
  };
  await looking([[payment]], async (page) => {
    await page.locator('#aim', { hasText: '支付码' }).waitFor();
    await page.waitForTimeout(1000);
    assert.equal(await page.locator('.verdict').count(), 0);
    assert.ok(await isLive(page));
  });
  await looking([[payment, shown.first]], async (page) => {
    await page.locator('.verdict[data-code=OK]').waitFor();
    assert.match(await page.textContent('.notice'), /支付码/);
    assert.equal(await page.locator('.verdict').count(), 1, 'no verdict on the sticker');
  });
});

test('a camera that may not be used, or is not there, is told with what to do instead, which still works', async () => {
  const shown = await showing(server, 'lin', SCENE);
  for (const [switches, words] of [
    [['--use-fake-device-for-media-stream', '--deny-permission-prompts'], /未获得相机权限.*允许本页使用相机.*选图片、粘贴内容/],
    [[...FAKE], /没有找到相机.*选图片、粘贴内容/],
  ]) {
    const { browser, page } = await openVerify(startBrowser(switches));
    try {
      await page.click('#scan');
      const problem = page.locator('div.problem');
      await problem.waitFor();
      assert.match(await problem.textContent(), words);
      assert.deepEqual(await axe(page), []);
      assert.ok(await page.locator('#picture').isEnabled());
      assert.equal(await (await judgeText(page, await shown.next())).getAttribute('data-code'), 'OK');
      await done(page);
    } finally {
      await browser.close();
    }
  }
});

test('light and the other camera are offered where there are such, and used', async () => {
  const { browser, page } = await openVerify(
    startBrowser([...FAKE, '--use-fake-device-for-media-stream=device-count=2']),
    async (one) => {
      await watchCamera(one);
      await one.addInitScript(() => {
        globalThis.constraints = [];
        const can = MediaStreamTrack.prototype.getCapabilities;
        MediaStreamTrack.prototype.getCapabilities = function () {
          return { ...can.call(this), torch: true };
        };
        MediaStreamTrack.prototype.applyConstraints = async function (given) {
          globalThis.constraints.push(given.advanced[0]);
        };
      });
    },
  );
  try {
    await page.click('#scan');
    const device = () => page.evaluate(() => globalThis.tracks.find(({ readyState }) => readyState === 'live')?.getSettings().deviceId);
    await page.locator('#torch').click();
    await page.waitForSelector('#torch[aria-pressed=true]');
    await page.waitForFunction(() => globalThis.constraints.some(({ torch }) => torch === true));
    assert.deepEqual(await axe(page), []);
    const first = await device();
    await page.click('#turn');
    await page.waitForFunction((before) => {
      const live = globalThis.tracks.filter(({ readyState }) => readyState === 'live');
      return live.length === 1 && live[0].getSettings().deviceId !== before;
    }, first);
    // The light of this one is off.
    await page.waitForSelector('#torch[aria-pressed=false]');
    await page.click('#turn');
    await page.waitForFunction((before) => globalThis.tracks.some((track) => track.readyState === 'live' && track.getSettings().deviceId === before), first);
    await page.click('#stop');
    await page.waitForSelector('#scan');
    await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === 'ended'));
    await done(page);
  } finally {
    await browser.close();
  }
});

test('a unit that asks takes only the answer to its own question, and nobody asks who is of no unit', async () => {
  const browser = await startBrowser();
  try {
    const wallet = await newPage(browser);
    await logIn(wallet, server, 'lin');
    const card = await cardFor(wallet, SCENE);
    await showCard(wallet, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
    await untilKept(wallet);
    const anybody = await newPage(browser);
    await anybody.goto(`${server.url}/verify`);
    await anybody.waitForSelector('html[data-ready]');
    assert.ok(await anybody.isHidden('#asks'));
    await anybody.close();

    const { login } = server.demo.accounts.find(({ role, unit }) => role === 'verifier' && unit);
    const page = await newPage(browser);
    await page.goto(`${server.url}/office?lang=zh-CN`);
    await enter(page, server, login);
    await page.goto(`${server.url}/verify`);
    await page.waitForSelector('html[data-ready]');
    await page.locator('#asks').waitFor();
    assert.ok(await page.locator('#asks').isDisabled(), 'in one scene');
    await page.selectOption('#scene', SCENE);
    await page.check('#asks');
    const question = async () => {
      await page.locator('.question .qr').waitFor();
      return eventually(async () => {
        const image = PNG.sync.read(await page.locator('.question .qr').screenshot());
        return jsQR(new Uint8ClampedArray(image.data), image.width, image.height).data;
      });
    };
    const asked = await question();
    assert.match(asked, /^EC1:/);
    assert.deepEqual(await axe(page), []);

    await wallet.goto(`${server.url}/wallet#answer`);
    await wallet.fill('#challenge', asked);
    await wallet.click('button[type=submit]');
    await wallet.waitForSelector('#consent');
    await wallet.fill('#pin', account(server, 'lin').pin);
    await wallet.click('button[type=submit]');
    const answer = await readScreen(wallet);

    const verdict = await judgeText(page, answer);
    assert.equal(await verdict.getAttribute('data-code'), 'OK', await verdict.textContent());
    assert.match(await verdict.locator('.raw pre').textContent(), /"profile": "H\+nonce"/);
    // The next person gets another question: neither the old answer nor a plain code fits it.
    assert.equal(await (await judgeText(page, answer)).getAttribute('data-code'), 'E_NONCE');
    assert.equal(await (await judgeText(page, (await showing(server, 'lin', SCENE)).first)).getAttribute('data-code'), 'E_NONCE');
    await page.click('#next');
    assert.notEqual(await question(), asked);
    await done(page);
    await done(wallet);
  } finally {
    await browser.close();
  }
});
