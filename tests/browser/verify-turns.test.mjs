/** On the verifier's page no verdict stands beside another question than its own, and none stands for long. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cardFor, done, hasFocus, hold, judgeText, logIn, newPage, readScreen, serverAndBrowser, showCard, showing } from './harness.mjs';

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
async function openVerify({ clock = false } = {}) {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  if (clock) await page.clock.install();
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('.chip-ready');
  await page.waitForSelector('#scan');
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
  await judgeText(page, text);
  assert.deepEqual(await tones(page), [tone]);
}

test('a slow picture does not replace the verdict on a code that came after it', async () => {
  const page = await openVerify();
  const arrive = await slowPicture(page);
  await judge(page, DAMAGED, 'invalid');
  await arrive();
  assert.deepEqual(await tones(page), ['invalid']);
  assert.equal(await notice(page), '');
  await done(page);
});

test('a slow picture gives no verdict once the next person came', async () => {
  const page = await openVerify();
  const arrive = await slowPicture(page);
  await judge(page, DAMAGED, 'invalid');
  await page.click('#next');
  await page.waitForSelector('#scan');
  await arrive();
  assert.deepEqual(await tones(page), []);
  await done(page);
});

test('a slow picture still wanted is judged, for the scene chosen meanwhile', async () => {
  const page = await openVerify();
  const arrive = await slowPicture(page);
  await page.selectOption('#scene', OTHER_SCENE);
  await arrive();
  await page.waitForSelector('.verdict');
  assert.deepEqual(await tones(page), ['info']);
  await done(page);
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
  await done(page);
});

test('the result replaces the form; the next person finds it empty, and the scene as it was', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', SCENE);
  await judge(page, await freshCode(), 'valid');
  for (const gone of ['#scan', '#code', '#picture', '#scene']) assert.equal(await page.locator(gone).count(), 0, gone);
  assert.ok(await page.locator('.verdict-title').evaluate((title) => title.getBoundingClientRect().bottom < innerHeight), 'in view at once');
  await page.click('#next');
  await page.waitForSelector('#scan');
  assert.deepEqual(await tones(page), []);
  await hasFocus(page, 'scan');
  assert.equal(await page.inputValue('#code'), '');
  assert.equal(await page.inputValue('#scene'), SCENE);
  await page.click('#open-paste');
  await page.click('#paste-form button[type=submit]');
  assert.match(await notice(page), /请先/);
  assert.deepEqual(await tones(page), []);
  await done(page);
});

// Rows: R52.
test('a code accepted once is refused when it comes again: after a reload, and on a second page of the device', async () => {
  const page = await openVerify();
  const code = await freshCode();
  await judge(page, code, 'valid');
  await judge(page, code, 'invalid');
  assert.equal(await page.getAttribute('.verdict', 'data-code'), 'E_REPLAY');
  await page.reload();
  await page.waitForSelector('.chip-ready');
  await judge(page, code, 'invalid');
  assert.equal(await page.getAttribute('.verdict', 'data-code'), 'E_REPLAY');

  const second = await page.context().newPage();
  await second.goto(`${server.url}/verify`);
  await second.waitForSelector('.chip-ready');
  const other = await freshCode();
  await judge(page, other, 'valid');
  await judge(second, other, 'invalid');
  assert.equal(await second.getAttribute('.verdict', 'data-code'), 'E_REPLAY');
  // Nothing of the licence is kept with it.
  const kept = await page.evaluate(async () => {
    const { openStore } = await import('/assets/shared/store.js');
    return (await (await openStore('lz-verify')).get('accepted')).length;
  });
  assert.equal(kept, 2 * 48, 'two keys with their instants');
  await done(page);
});

test('a verdict is cleared after 30 seconds, unless halted; a sleep counts', async () => {
  const page = await openVerify({ clock: true });
  const code = await freshCode();
  await page.clock.pauseAt(Date.now() + 10_000);
  // The clock stands: what waits for it would wait for ever, so all is done by hand.
  await page.click('#open-paste');
  await page.fill('#code', code);
  await page.click('#paste-form button[type=submit]');
  await page.waitForSelector('.verdict[data-verdict=valid]');
  await page.clock.runFor(3000);
  assert.equal(await page.textContent('[role=timer]'), '27 秒后清除');
  await page.click('#pause');
  await page.clock.runFor(60_000);
  assert.deepEqual(await tones(page), ['valid']);
  await page.click('#pause');
  await page.clock.fastForward(3_600_000);
  await page.waitForSelector('#scan');
  assert.deepEqual(await tones(page), []);
  assert.doesNotMatch(await page.textContent('main'), /林/);
  await done(page);
});
