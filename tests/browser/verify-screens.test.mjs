/** Every state of the verifier's page in every size, language and colour: nothing sideways, no violation, no key for a text. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, done, judgeText, newPage, showing, startBrowser, startServer } from './harness.mjs';
import { enter } from './office-hands.mjs';
import { scan } from './scanner.mjs';

const SIZES = [
  [320, 568],
  [390, 844],
  [844, 390],
  [1280, 800],
];
const SCENE = 'inspect.food';
const KIND = '食品经营许可证';

/** Where pictures of the screens are put for somebody to look at; nowhere unless asked for. */
const SHOTS = process.env.LZ_TEST_SHOTS;

/** @type {Record<string, (page, shown) => Promise<unknown>>} How each state is reached, from the one before. */
const STATES = {
  ready: (page) => page.waitForSelector('#open-short'),
  drawers: async (page) => {
    await page.click('#open-short');
    await page.click('#open-paste');
  },
  asking: async (page) => {
    await page.selectOption('#scene', SCENE);
    await page.check('#asks');
    await page.waitForSelector('.question .qr');
  },
  scanning: async (page) => {
    await page.uncheck('#asks');
    await page.waitForSelector('.question', { state: 'detached' });
    await page.click('#scan');
    await page.waitForSelector('#turn');
  },
  valid: async (page, shown) => {
    await page.click('#stop');
    await judgeText(page, await shown.next());
    await page.click('#pause');
    await page.click('.doubts summary');
  },
  invalid: async (page, shown) => {
    const code = await shown.next();
    await judgeText(page, `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`);
    await page.click('#pause');
  },
  beside: async (page, shown) => {
    await page.click('#next');
    await page.check('#continuous');
    await page.click('#scan');
    await page.waitForSelector('#turn');
    // Scanned by hand while the camera looks for others.
    await scan(page, await shown.next());
    await page.waitForSelector('.verdict');
    await page.click('#pause');
  },
};

for (const lang of ['zh-CN', 'en']) {
  test(`in ${lang}`, async () => {
    const [server, browser] = await Promise.all([
      startServer(),
      startBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=2']),
    ]);
    try {
      const shown = await showing(server, 'shanyue', SCENE, KIND);
      const page = await newPage(browser, { deviceScaleFactor: 1 });
      await page.goto(`${server.url}/office?lang=${lang}`);
      await enter(page, server, 'inspector.samr');
      await page.goto(`${server.url}/verify?lang=${lang}`);
      await page.waitForSelector('html[data-ready]');
      for (const [state, reach] of Object.entries(STATES)) {
        await reach(page, shown);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          for (const [width, height] of SIZES) {
            const where = `${state} ${lang} ${colorScheme} ${width}x${height}`;
            await page.setViewportSize({ width, height });
            await inOrder(page, where, width === 390 || colorScheme === 'light');
            if (SHOTS) await shoot(page, where);
          }
        }
      }
      await done(page);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}

/** `deep`: with axe, whose findings depend on colour and size, but not on every pair of them. */
async function inOrder(page, where, deep) {
  const found = await page.evaluate(() => {
    const title = document.querySelector('.verdict-title');
    title?.focus();
    const box = title?.getBoundingClientRect();
    const next = document.querySelector('#next')?.getBoundingClientRect();
    return {
      overflow: document.documentElement.scrollWidth - innerWidth,
      text: document.body.innerText,
      unseen: Boolean(box && (box.top < 0 || box.bottom > innerHeight)),
      farNext: Boolean(next && (next.top < 0 || next.bottom > innerHeight + 1)),
      small: [...document.querySelectorAll('button, select, summary, .button, input:not(.visually-hidden)')]
        .filter((node) => node.checkVisibility() && (node.closest('label') ?? node).getBoundingClientRect().height < 44)
        .map((node) => node.outerHTML.slice(0, 80)),
    };
  });
  assert.ok(found.overflow <= 0, `${where}: ${found.overflow} px too wide`);
  assert.doesNotMatch(found.text, /\b(inspector|verify|scan|widget|check|result|licence|error)\.[a-z_]+\b/, where);
  assert.equal(found.unseen, false, `${where}: the verdict is not in view`);
  assert.equal(found.farNext, false, `${where}: the next person is out of reach`);
  assert.deepEqual(found.small, [], where);
  if (deep) assert.deepEqual(await axe(page), [], where);
}

async function shoot(page, where) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${where.replaceAll(' ', '_')}.png`) });
}
