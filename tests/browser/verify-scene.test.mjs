/** The scene in which codes are verified: a code for another one takes the page there in one tap; and it is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, done, eventually, hasFocus, judgeText, newPage, serverAndBrowser, showing } from './harness.mjs';
import { enter } from './office-hands.mjs';

const SCENE = 'hotel.checkin';
const OTHER_SCENE = 'hospital.visit';
const { server, browser } = await serverAndBrowser();

async function openVerify() {
  const page = await newPage(browser);
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('.chip-ready');
  await page.waitForSelector('#scan');
  return page;
}

const seen = (page) => page.locator('.verdict').evaluateAll((cards) => cards.map(({ dataset }) => dataset.code));

async function reload(page) {
  await page.reload();
  await page.waitForSelector('.chip-ready');
  await page.waitForSelector('#scan');
}

// Rows: R46, R53.
test('one tap takes the page to the scene of a code that was refused in another, and the code is accepted there', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', OTHER_SCENE);
  const { first } = await showing(server, 'lin', SCENE);
  await judgeText(page, first);
  assert.equal(await page.getAttribute('.verdict', 'data-tone'), 'info');
  assert.deepEqual(await page.locator('.scenes dd').allTextContents(), ['酒店入住', '医院就诊']);
  assert.equal(await page.textContent('#switch'), '切换场景（酒店入住）');
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the screen');
  assert.deepEqual(await axe(page), []);
  await page.focus('#switch');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict[data-verdict=valid]');
  assert.deepEqual(await seen(page), ['OK']);
  assert.ok(await page.locator('.verdict-title').evaluate((title) => title === document.activeElement), 'the verdict is read out');
  assert.equal(await page.locator('#switch').count(), 0);
  // It is accepted now, and so only once.
  await judgeText(page, first);
  assert.deepEqual(await seen(page), ['E_REPLAY']);
  assert.equal(await page.locator('#switch').count(), 0);
  await page.click('#next');
  await page.waitForSelector('#scan');
  await hasFocus(page, 'scan');
  assert.equal(await page.inputValue('#scene'), SCENE);
  await done(page);
});

/** A picture in which the codes of `texts` stand side by side. */
async function pictureOf(page, texts) {
  const address = await page.evaluate(async (codes) => {
    const { qrSvg } = await import('/assets/wasm/wallet.js');
    const side = 800;
    const canvas = Object.assign(document.createElement('canvas'), { width: side * codes.length, height: side });
    for (const [at, code] of codes.entries()) {
      const picture = Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(qrSvg(code))}` });
      await picture.decode();
      canvas.getContext('2d').drawImage(picture, at * side, 0, side, side);
    }
    return canvas.toDataURL('image/png');
  }, texts);
  return { name: 'codes.png', mimeType: 'image/png', buffer: Buffer.from(address.split(',')[1], 'base64') };
}

test('of two codes in one picture the accepted one stays so, while the other is judged again in its scene', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', OTHER_SCENE);
  const here = await showing(server, 'lin', OTHER_SCENE);
  const elsewhere = await showing(server, 'lin', SCENE);
  await page.setInputFiles('#picture', await pictureOf(page, [here.first, elsewhere.first]));
  await page.waitForSelector('#switch');
  assert.equal((await seen(page)).filter((code) => code === 'OK').length, 1);
  assert.equal((await seen(page)).length, 2);
  await page.click('#switch');
  await eventually(async () => assert.deepEqual(await seen(page), ['OK', 'OK']));
  assert.equal(await page.locator('#switch').count(), 0);
  await done(page);
});

test('what is wrong in every scene offers no other one', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', OTHER_SCENE);
  await judgeText(page, 'EL1:ABCDEF');
  assert.equal(await page.locator('#switch').count(), 0);
  await done(page);
});

test('the scene is kept over a reload, and no scene too', async () => {
  const page = await openVerify();
  await page.selectOption('#scene', OTHER_SCENE);
  await reload(page);
  assert.equal(await page.inputValue('#scene'), OTHER_SCENE);
  const { first } = await showing(server, 'lin', SCENE);
  await judgeText(page, first);
  await page.click('#switch');
  await page.waitForSelector('.verdict[data-verdict=valid]');
  await reload(page);
  assert.equal(await page.inputValue('#scene'), SCENE);
  await page.selectOption('#scene', '');
  await reload(page);
  assert.equal(await page.inputValue('#scene'), '');
  await done(page);
});

// Rows: R48.
test('an inspection matter is kept over a reload with its scene, without a network too; a code for another scene leaves it', async () => {
  const page = await newPage(browser);
  await page.goto(`${server.url}/office?lang=zh-CN`);
  await enter(page, server, 'inspector.samr');
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready=offline]');
  await page.waitForSelector('#matter');
  const code = await page.locator('#matter option:not([value=""])').first().getAttribute('value');
  await page.selectOption('#matter', code);
  const own = await page.inputValue('#scene');
  assert.notEqual(own, '');
  assert.ok(await page.isDisabled('#scene'));

  await page.context().setOffline(true);
  await reload(page);
  assert.equal(await page.inputValue('#matter'), code);
  assert.equal(await page.inputValue('#scene'), own);
  assert.ok(await page.isDisabled('#scene'));
  await page.context().setOffline(false);

  const { first } = await showing(server, 'lin', SCENE);
  await judgeText(page, first);
  assert.equal(await page.textContent('#switch'), '切换场景（酒店入住），不限检查事项');
  await page.click('#switch');
  await page.waitForSelector('.verdict[data-verdict=valid]');
  await page.click('#next');
  await page.waitForSelector('#scan');
  assert.equal(await page.inputValue('#matter'), '');
  assert.equal(await page.inputValue('#scene'), SCENE);
  assert.ok(await page.isEnabled('#scene'));
  await reload(page);
  assert.equal(await page.inputValue('#matter'), '');
  assert.equal(await page.inputValue('#scene'), SCENE);
  await done(page);
});
