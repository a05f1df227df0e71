/** On the verifier's page no verdict stands beside another question than its own. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cardFor, hold, logIn, newPage, readScreen, serverAndBrowser, showCard, showing } from './harness.mjs';

const SCENE = 'hotel.checkin';
const OTHER_SCENE = 'hospital.visit';
const DAMAGED = 'EL1:ABCDEF';
const { server, browser } = await serverAndBrowser();
let picture;
let freshCode;

before(async () => {
  const wallet = await newPage(browser);
  await logIn(wallet, server, 'lin');
  const card = await cardFor(wallet, SCENE);
  await showCard(wallet, server, 'lin', { licence: card.id, scene: SCENE });
  await readScreen(wallet);
  picture = { name: 'code.png', mimeType: 'image/png', buffer: await wallet.locator('.code').screenshot() };
  await wallet.context().close();
  ({ next: freshCode } = await showing(server, 'lin', SCENE));
});

/** Without a service worker, whose answers could not be held back here. */
async function openVerify() {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('.chip-ready');
  return page;
}

/** Gives the picture of a code, whose reader arrives only when the returned function is called. */
async function slowPicture(page) {
  const reader = await hold(page, '**/scanner.js');
  await page.setInputFiles('#picture', picture);
  await page.waitForFunction(() => document.querySelector('.notice').textContent.includes('正在识别'));
  return async () => {
    reader.answer();
    // The reader is there; what it read has had time to be drawn.
    await page.evaluate(() => import('/assets/wasm/scanner.js'));
    await page.waitForTimeout(1000);
  };
}

const tones = (page) => page.locator('.verdict').evaluateAll((cards) => cards.map(({ dataset }) => dataset.tone));
const notice = (page) => page.textContent('.notice');

async function judge(page, text, tone) {
  await page.fill('#code', text);
  await page.click('button[type=submit]');
  await page.waitForSelector('.verdict');
  assert.deepEqual(await tones(page), [tone]);
}

test('a slow picture, cleared away, does not replace the verdict on the next code', async () => {
  const page = await openVerify();
  const arrive = await slowPicture(page);
  await page.getByRole('button', { name: '清除' }).click();
  await judge(page, DAMAGED, 'invalid');
  await arrive();
  assert.deepEqual(await tones(page), ['invalid']);
  assert.equal(await notice(page), '');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a slow picture gives no verdict once it was cleared away or a code is being typed', async () => {
  for (const turnAway of [
    (page) => page.getByRole('button', { name: '清除' }).click(),
    (page) => page.fill('#code', DAMAGED),
  ]) {
    const page = await openVerify();
    const arrive = await slowPicture(page);
    await turnAway(page);
    assert.equal(await notice(page), '');
    await arrive();
    assert.deepEqual(await tones(page), []);
    await page.context().close();
  }
});

test('a slow picture still wanted is judged, for the scene chosen meanwhile', async () => {
  const page = await openVerify();
  const arrive = await slowPicture(page);
  await page.selectOption('#scene', OTHER_SCENE);
  await arrive();
  assert.deepEqual(await tones(page), ['info']);
  await page.context().close();
});

test('a slow picture that cannot be read says nothing of the code judged meanwhile', async () => {
  const page = await openVerify();
  await page.route('**/scanner.js', async (route) => {
    await page.waitForSelector('.verdict');
    await route.abort();
  });
  await page.setInputFiles('#picture', picture);
  await judge(page, DAMAGED, 'invalid');
  await page.waitForTimeout(1000);
  assert.equal(await notice(page), '');
  await page.context().close();
});

test('a verdict goes as soon as another code is typed, and is gone when there is none', async () => {
  const page = await openVerify();
  await judge(page, await freshCode(), 'valid');
  await page.locator('#code').press('End');
  await page.keyboard.type('X');
  assert.deepEqual(await tones(page), []);

  await judge(page, await freshCode(), 'valid');
  // Emptied without a word to the page, as a browser's own undo or an extension may do.
  await page.evaluate(() => {
    document.querySelector('#code').value = '';
  });
  await page.click('button[type=submit]');
  assert.match(await notice(page), /请先/);
  assert.deepEqual(await tones(page), []);
  await page.context().close();
});

test('a verdict goes when another scene is chosen', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', SCENE);
  await judge(page, await freshCode(), 'valid');
  await page.selectOption('#scene', OTHER_SCENE);
  assert.deepEqual(await tones(page), []);
  await page.click('button[type=submit]');
  await page.waitForSelector('.verdict');
  assert.deepEqual(await tones(page), ['info']);
  await page.context().close();
});
