/** A licence's record in the wallet: what the unit did and why, what its holder asks for, what he is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, axe, cardFor, done, logIn, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

// Rows: R42.
test('what the unit did is told on the list, with its reason on the card and in the record', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'shanyue');
  const card = await cardFor(page, 'inspect.food');
  await act(server, 'checker.samr', card.id, 'suspend');
  await page.reload();
  await page.waitForSelector('#notices:not([hidden])');
  assert.match(await page.textContent('#notices'), /办理了「挂起」/);
  assert.deepEqual(await axe(page), []);
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.waitForSelector('#not-showable');
  const refusal = await page.textContent('#not-showable');
  assert.match(refusal, /原因：测试/);
  assert.match(refusal, /依据：测试依据/);
  assert.match(refusal, /请联系签发单位/);
  assert.deepEqual(await axe(page), []);
  await page.click(`a[href="#record/${card.id}"]`);
  await page.waitForSelector('#acts li');
  assert.match(await page.textContent('#acts li'), /挂起.*云溪市市场监督管理局/s);
  assert.deepEqual(await axe(page), []);
  await page.setViewportSize({ width: 320, height: 640 });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(wider, false);
  await act(server, 'checker.samr', card.id, 'resume');
  await done(page);
});

// Rows: R13.
test('a composite licence shows its parts, each with its own status, and cannot be shown while one of them cannot', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'shanyue');
  const cards = await page.evaluate(async () => (await (await fetch('/api/v1/wallet/licences')).json()).items);
  const whole = cards.find(({ parts }) => parts.length > 0);
  const food = whole.parts.find(({ kind }) => kind.names['zh-CN'] === '食品经营许可证').licence;
  await page.goto(`${server.url}/wallet#card/${whole.id}`);
  await page.waitForSelector('#parts');
  assert.match(await page.textContent('#parts'), /营业执照 · 有效.*食品经营许可证 · 有效/s);
  assert.deepEqual(await axe(page), []);
  await act(server, 'checker.samr', food, 'suspend');
  await page.reload();
  await page.waitForSelector('#not-showable');
  assert.match(await page.textContent('#not-showable'), /组成证照「食品经营许可证」不可用/);
  assert.match(await page.textContent('#parts'), /食品经营许可证 · 证照已挂起/);
  await act(server, 'checker.samr', food, 'resume');
  await done(page);
});

// Rows: R38.
test('a holder reports a loss at once and asks to cancel, by keyboard alone', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const card = await cardFor(page, 'hotel.checkin');
  await page.goto(`${server.url}/wallet#record/${card.id}`);
  await page.waitForSelector('#ask');
  await page.focus('#asked');
  await page.keyboard.press('Tab');
  await page.keyboard.type('搬家时遗失');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  // What was done to it before stands there already.
  await page.waitForSelector('#acts li:has-text("搬家时遗失")');
  assert.match(await page.textContent('.place > .notice'), /已挂失/);
  assert.match(await page.textContent('#acts li'), /挂失.*本人.*搬家时遗失/s);
  // What is left to ask for is the other.
  assert.deepEqual(await page.locator('#asked option').allTextContents(), ['注销']);
  await page.fill('#reason', '不再需要');
  await page.click('#ask button');
  await page.waitForSelector('#requests li:nth-child(2)');
  assert.match(await page.textContent('#requests'), /注销待办理/);
  assert.equal(await page.locator('#ask').count(), 0);
  assert.deepEqual(await axe(page), []);
  await done(page);
});
