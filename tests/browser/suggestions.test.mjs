/** What the wallet suggests: from the list of cards to where one acts, switched off and on, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, done, eventually, logIn, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

async function opened(lang, options) {
  const page = await newPage(browser, { ...options, serviceWorkers: 'block' });
  await logIn(page, server, 'lin');
  await page.goto(`${server.url}/wallet?lang=${lang}`);
  await page.waitForSelector("a[href='#suggestions']");
  return page;
}

// Rows: R69.
test('by keyboard: what can be done is listed, leads to where one shows, and is switched off for good', async () => {
  const page = await opened('zh-CN', { viewport: { width: 390, height: 844 } });
  await page.focus("a[href='#suggestions']");
  await page.keyboard.press('Enter');
  await page.locator('#suggestions li').first().waitFor();
  const told = await page.textContent('#suggestions');
  assert.match(told, /材料已齐|还缺/);
  assert.match(told, /可用于：/);
  assert.ok((await page.locator('#suggestions li').count()) <= 20);
  assert.deepEqual(await axe(page), []);
  await page.locator('#suggestions a[href^="#card/"]').first().focus();
  await page.keyboard.press('Enter');
  await eventually(async () => assert.match(await page.evaluate(() => location.hash), /^#card\//));
  await page.goBack();
  await page.locator('#suggestions li').first().waitFor();
  await page.focus('#wanted');
  await page.keyboard.press('Space');
  await eventually(async () => assert.match(await page.textContent('main'), /已关闭，不再为您列出/));
  assert.equal(await page.locator('#suggestions li').count(), 0);
  await page.reload();
  await eventually(async () => assert.match(await page.textContent('main'), /已关闭，不再为您列出/));
  assert.equal(await page.isChecked('#wanted'), false);
  await page.check('#wanted');
  await page.locator('#suggestions li').first().waitFor();
  await done(page);
});

test('in English, in the dark, at 320 px and in large type nothing runs out of the screen', async () => {
  const page = await opened('en', { viewport: { width: 320, height: 568 }, colorScheme: 'dark' });
  await page.goto(`${server.url}/wallet#suggestions`);
  await page.locator('#suggestions li').first().waitFor();
  for (const large of [false, true]) {
    await page.evaluate((is) => document.documentElement.toggleAttribute('data-large', is), large);
    assert.deepEqual(await axe(page), [], `${large}`);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${large}`);
  }
  assert.match(await page.textContent('#suggestions'), /Can be shown for/);
  await done(page);
});
