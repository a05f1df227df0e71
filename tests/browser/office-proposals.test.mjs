/** What takes two persons, in the office: seen by both, confirmed by the other only, taken back by its proposer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, done, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, hasFocusOn, inOrder, leap, press, untilListed } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
/** Kinds that the unit of `checker.samr` issues. */
const KINDS = ['11100000MB0143028R001', '11990000MB00010033001'];

/** Licences in force that the unit of `checker.samr` has issued. */
const ofUnit = server.demo.licences.filter(({ kind, status }) => KINDS.includes(kind) && status === 'ACTIVE');

// Rows: R40.
test('by keyboard alone: what one checker proposed another person confirms, and it is done', async () => {
  const [licence] = ofUnit;
  const { proposal, status } = await act(server, 'checker.samr', licence.id, 'revoke');
  assert.ok(proposal);
  assert.equal(status, 'ACTIVE');

  const own = await atWork(browser, server, 'checker.samr', { ...blocked, viewport: { width: 320, height: 800 } });
  await goTo(own, 'proposals', '.proposal');
  assert.match(await own.textContent('.proposal'), /吊销.*您提出的/s);
  assert.equal(await own.getByRole('button', { name: '确认' }).count(), 0);
  await inOrder(own, 'proposed');
  await done(own);

  const page = await atWork(browser, server, 'maker.samr', blocked);
  await page.locator('#waiting a').filter({ hasText: '吊销' }).waitFor();
  await leap(page, 'p', '.proposal');
  const said = await page.textContent('.proposal');
  for (const words of ['吊销', '测试依据', licence.id]) assert.ok(said.includes(words), said);
  await inOrder(page, 'to be confirmed');
  await press(page, '确认');
  await page.waitForSelector('dialog[open]');
  await hasFocusOn(page, '理由');
  await inOrder(page, 'dialog');
  await page.keyboard.press('Tab');
  await hasFocusOn(page, '确认');
  await page.keyboard.press('Enter');
  await page.locator('#said').filter({ hasText: '已确认' }).waitFor();
  assert.equal(await page.locator('.proposal').count(), 0);
  await page.selectOption('.tools select', 'confirmed');
  await untilListed(page);
  assert.match(await page.textContent('.proposal'), /已确认.*高经办/s);
  const again = await act(server, 'checker.samr', licence.id, 'suspend').catch((error) => String(error));
  assert.match(again, /409/, 'the licence has ended');
  await done(page);
});

test('who proposed takes it back with a reason; the other sees by whom and why, in English, too', async () => {
  const licence = ofUnit[1];
  await act(server, 'checker.samr', licence.id, 'cancel');
  const page = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(page, 'proposals', '.proposal');
  await page.getByRole('button', { name: '撤回' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click();
  await page.locator('dialog .fault:not([hidden])').waitFor();
  await page.getByLabel('理由').fill('提错了');
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click();
  await page.locator('#said').filter({ hasText: '已撤回' }).waitFor();
  await done(page);
  const other = await atWork(browser, server, 'maker.samr', { ...blocked, lang: 'en', colorScheme: 'dark' });
  await goTo(other, 'proposals', '#found');
  await other.selectOption('.tools select', 'refused');
  await untilListed(other);
  assert.match(await other.textContent('.proposal'), /Cancel.*Refused.*提错了/s);
  await inOrder(other, 'refused');
  await done(other);
});
