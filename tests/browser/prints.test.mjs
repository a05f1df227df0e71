/** The print register: a clerk enters a copy for somebody at the counter, prints it again and makes it void; the holder sees each. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { axe, done, eventually, logIn, newPage, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const LICENCE = server.demo.licences.find(({ kind, status }) => kind === '11100000MB0143028R001' && status === 'ACTIVE');

/** What the newest line of the register says. */
const newest = (desk) => desk.textContent('#found tbody tr:first-child');

// Rows: R51, R54, R61.
test('by keyboard: a copy is entered, fetched, printed again and made void, and its holder sees who printed it for what', async () => {
  const desk = await atWork(browser, server, 'maker.samr');
  await goTo(desk, `licences/${LICENCE.id}`, '#prints');
  await desk.focus('#prints');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('#editor');
  assert.match(await desk.textContent('#found'), /还没有登记过打印件/);
  await inOrder(desk, 'an empty register');
  // What is missing is told at its place.
  await desk.focus('#save');
  await desk.keyboard.press('Enter');
  await eventually(async () => assert.equal(await desk.locator('#editor [aria-invalid]').count(), 2));
  await typeInto(desk, '领取人', '周小满');
  await typeInto(desk, '用途', '参加政府采购投标');
  await desk.keyboard.press('Enter');
  const year = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear();
  await eventually(async () => assert.match(await newest(desk), new RegExp(`${year}-000001.*周小满.*参加政府采购投标.*有效`, 's')));
  assert.match(await desk.textContent('#made'), /已登记/);
  const [download] = await Promise.all([desk.waitForEvent('download'), desk.click('#made a')]);
  const first = readFileSync(await download.path());
  assert.equal(first.subarray(0, 5).toString(), '%PDF-');
  await inOrder(desk, 'a register with a copy');

  await desk.focus('#found button:has-text("补打")');
  await desk.keyboard.press('Enter');
  await eventually(async () => assert.equal(await desk.evaluate(() => document.activeElement.tagName), 'TEXTAREA'));
  await desk.keyboard.type('打印机卡纸');
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Enter');
  await eventually(async () => assert.match(await newest(desk), /补打 1 次/));
  const [again] = await Promise.all([desk.waitForEvent('download'), desk.click('#found a:has-text("下载")')]);
  assert.ok(first.equals(readFileSync(await again.path())), 'the same file');

  await desk.click('#found button:has-text("作废")');
  await desk.locator('dialog textarea').fill('用途填写有误');
  await desk.click('dialog button[type=submit]');
  await eventually(async () => assert.match(await newest(desk), /已作废：用途填写有误/));
  assert.equal(await desk.locator('#found tbody tr:first-child button').count(), 0);
  await inOrder(desk, 'a void copy');
  await done(desk);

  const holder = await newPage(browser, { viewport: { width: 390, height: 844 }, serviceWorkers: 'block' });
  await logIn(holder, server, LICENCE.holder);
  await holder.goto(`${server.url}/wallet#uses`);
  await eventually(async () => assert.match(await holder.textContent('main'), /登记打印.*参加政府采购投标/s));
  assert.deepEqual(await axe(holder), []);
  await done(holder);
});

// Rows: R54.
test('in English and on a narrow screen the register keeps within it, and a suspended licence is not printed', async () => {
  const desk = await atWork(browser, server, 'checker.samr', { lang: 'en', viewport: { width: 320, height: 800 } });
  const held = server.demo.licences.find(({ status }) => status === 'ON_HOLD');
  await goTo(desk, `prints/${held.id}`, '#editor');
  await typeInto(desk, 'Collector', 'Zhou Xiaoman');
  await typeInto(desk, 'Purpose', 'tender');
  await desk.keyboard.press('Enter');
  await eventually(async () => assert.match(await desk.textContent('main'), /The licence is on hold/));
  assert.equal(await desk.inputValue('#editor input'), 'Zhou Xiaoman', 'nothing typed is lost');
  await inOrder(desk, 'a refused copy');
  await done(desk);
});
