/** Analyses, by keyboard: applied for with a picture of what will be told, approved on two desks, read as a table and a file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { done, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder, leap } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const FOOD = '11990000MB00010033001';

/** Presses a key on a control. */
async function press(page, selector, key) {
  await page.focus(selector);
  await page.keyboard.press(key);
}

/** Says yes to what a dialog asks. */
async function agree(page, name, reason) {
  await page.waitForSelector('dialog[open]');
  if (reason) await page.fill('dialog[open] textarea', reason);
  await page.locator('dialog[open] button', { hasText: name }).focus();
  await page.keyboard.press('Enter');
}

/** Applies for counts of food licences by year; leaves the page at the application. */
async function applies(page) {
  await leap(page, 'f', '#new');
  await press(page, '#new', 'Enter');
  await page.waitForSelector(`form input[value="${FOOD}"]`);
  await press(page, `form input[value="${FOOD}"]`, 'Space');
  await page.focus('form textarea');
  await page.keyboard.type('测算从业人员补贴');
}

// Rows: R64.
test('an analysis is applied for, approved by the manager and the issuer, and read as a table and a file', async () => {
  const desk = await atWork(browser, server, 'admin.civ', blocked);
  const manager = await atWork(browser, server, 'manager', blocked);
  const checker = await atWork(browser, server, 'checker.samr', blocked);
  await applies(desk);
  assert.match(await desk.textContent('#shape'), /有效期起始年.*人数.*10 或以上.*<10/s);
  await inOrder(desk, 'an analysis being applied for');
  await desk.setViewportSize({ width: 320, height: 568 });
  await inOrder(desk, 'the same on a narrow screen');
  await desk.setViewportSize({ width: 1280, height: 900 });
  await press(desk, '#save', 'Enter');
  await desk.waitForSelector('#state');
  assert.equal(await desk.textContent('#state'), '待管理机构审核');

  await leap(manager, 't', '.table');
  await press(manager, 'a[href^="#analyses/"]', 'Enter');
  await manager.waitForSelector('#act-approve');
  assert.match(await manager.textContent('main'), /测算从业人员补贴/);
  assert.match(await manager.textContent('main'), /云溪市民生事务局/);
  await inOrder(manager, 'an analysis on the desk of the manager');
  await press(manager, '#act-approve', 'Enter');
  await agree(manager, '批准');
  await manager.locator('#state').filter({ hasText: '待签发单位审核' }).waitFor();

  await leap(checker, 't', '.table');
  await press(checker, 'a[href^="#analyses/"]', 'Enter');
  await checker.waitForSelector('#act-approve');
  await press(checker, '#act-approve', 'Enter');
  await agree(checker, '批准');
  await checker.locator('#state').filter({ hasText: '已完成' }).waitFor();
  assert.equal(await checker.locator('#result').count(), 0, 'told to who applied');

  const address = await desk.evaluate(() => location.hash.slice(1));
  await goTo(desk, 'analyses', '.table');
  await goTo(desk, address, '#counts');
  await inOrder(desk, 'the counts');
  const shown = await desk.locator('#counts tbody tr').evaluateAll((lines) => lines.map((line) => [line.querySelector('th').textContent, line.querySelector('.counted-number').textContent]));
  assert.ok(shown.length > 0 && shown.every(([, persons]) => persons === '<10' || Number(persons) >= 10), JSON.stringify(shown));
  const [download] = await Promise.all([desk.waitForEvent('download'), press(desk, '#download', 'Enter')]);
  const lines = readFileSync(await download.path(), 'utf8').replace('\ufeff', '').trimEnd().split('\r\n');
  assert.deepEqual(lines, ['"有效期起始年","人数"', ...shown.map(([year, persons]) => `"${year}","${persons}"`)]);
  await desk.setViewportSize({ width: 320, height: 568 });
  await inOrder(desk, 'the counts on a narrow screen');

  // The next cut of the same licences is refused, in words; what the form says stays.
  await desk.setViewportSize({ width: 1280, height: 900 });
  await applies(desk);
  await desk.selectOption('form select', 'status');
  await press(desk, '#save', 'Enter');
  await desk.locator('.problem:not([hidden])').filter({ hasText: '30 日内' }).waitFor();
  assert.equal(await desk.inputValue('form textarea'), '测算从业人员补贴');
  await done(checker);
  await done(manager);
  await done(desk);
});

// Rows: R64.
test('the manager sends an analysis back with a reason, which the unit reads', async () => {
  const desk = await atWork(browser, server, 'admin.civ', { lang: 'en', ...blocked });
  const manager = await atWork(browser, server, 'manager', { lang: 'en', ...blocked });
  await leap(desk, 'f', '#new');
  await press(desk, '#new', 'Enter');
  await desk.waitForSelector('form input[value="11990000MB00010626001"]');
  await press(desk, '#save', 'Enter');
  await desk.locator('.fault:not([hidden])').first().waitFor();
  await inOrder(desk, 'an application with nothing in it');
  await press(desk, 'form input[value="11990000MB00010626001"]', 'Space');
  await desk.fill('form textarea', 'Budget');
  await press(desk, '#save', 'Enter');
  await desk.waitForSelector('#state');
  const address = await desk.evaluate(() => location.hash.slice(1));
  await goTo(manager, address, '#act-refuse');
  await press(manager, '#act-refuse', 'Enter');
  await agree(manager, 'Send back', 'Say what it is needed for.');
  await manager.locator('#state').filter({ hasText: 'refused' }).waitFor();
  await goTo(desk, 'analyses', '.table');
  await goTo(desk, address, '#state');
  assert.match(await desk.textContent('main'), /Say what it is needed for\./);
  assert.equal(await desk.locator('#acts button').count(), 0);
  await done(manager);
  await done(desk);
});
