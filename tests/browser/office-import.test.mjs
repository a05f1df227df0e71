/** Imports in the office: a file is sent, checked cell by cell, committed by a second person; it all survives a reload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, hashOf, inOrder, leap, press, tabTo } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const FOOD = '11990000MB00010033001';
const FIRMS = ['92990100MA000012XU'];

/** Chooses kind and file; the template's own titles are the header. */
async function send(page, text, name = '导入.csv') {
  await page.getByLabel('证照类型', { exact: true }).selectOption(FOOD);
  await page.getByLabel('文件', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

/** A table for the kind, by its own columns as the server names them. */
async function tableOf(page, rows) {
  const kind = await page.evaluate((code) => fetch(`/api/v1/kinds/${code}`).then((answer) => answer.json()), FOOD);
  const own = [kind.face.holder_name, kind.face.holder_number];
  const fields = kind.face.fields.filter((field) => !own.includes(field.key) && field.required);
  const example = (field, n) => (field.type === 'date' ? '20261122' : field.type === 'choice' ? field.choices[0].code : `JY2990102${String(n).padStart(7, '0')}`);
  const types = kind.holder_types.length > 1;
  const head = ['持证主体名称', ...(types ? ['持证主体类型'] : []), '持证主体证件号码', ...fields.map((field) => field.labels['zh-CN']), '有效期起', '有效期止'];
  const last = kind.validity.kind === 'free' ? '20291121' : '';
  const lines = rows.map(({ name, number, n }) => [name, ...(types ? [kind.holder_types[0]] : []), number, ...fields.map((field) => example(field, n)), '20261122', last]);
  return [head, ...lines].map((cells) => cells.join(',')).join('\r\n');
}

// Rows: R16, R17, R27.
test('a file is sent, its faults are told by cell, and a second person commits the good rows', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await leap(page, 'b', '#editor');
  await inOrder(page, 'imports');
  await page.getByLabel('证照类型', { exact: true }).selectOption(FOOD);
  const got = await page.evaluate((href) => fetch(href).then((answer) => [answer.status, answer.headers.get('content-disposition')]), await page.getAttribute('#template', 'href'));
  assert.equal(got[0], 200);
  assert.match(got[1], /\.xlsx/);
  // Nothing chosen: told before anything is sent.
  await page.click('#save');
  assert.match(await page.locator('.fault:not([hidden])').first().textContent(), /./);
  const good = { name: '云溪市老桥面馆', number: FIRMS[0], n: 700 };
  await send(page, await tableOf(page, [good, { ...good, number: '92990100MA000012XA', n: 701 }]));
  await press(page, '上传并校验');
  await page.locator('#state').filter({ hasText: '待确认' }).waitFor();
  await page.waitForSelector('#faults');
  assert.match(await page.locator('#faults').textContent(), /[A-Z]3/);
  assert.match(await page.locator('#faults').textContent(), /check/);
  assert.equal(await page.locator('#commit').count(), 0, 'who sent it does not commit it');
  await inOrder(page, 'an import with faults');
  const path = await hashOf(page);
  await page.reload();
  await page.waitForSelector('#faults');
  const errors = await page.evaluate((href) => fetch(href).then((answer) => answer.status), await page.getAttribute('#errors', 'href'));
  assert.equal(errors, 200);
  await done(page);

  const checker = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(checker, 'tasks', '.table');
  await checker.getByRole('link', { name: '待确认导入' }).first().click();
  await checker.waitForSelector('#commit');
  assert.equal(await hashOf(checker), path);
  await press(checker, '确认办理');
  await checker.waitForSelector('dialog[open]');
  await inOrder(checker, 'committing');
  await tabTo(checker, '确认办理');
  await checker.keyboard.press('Enter');
  await checker.locator('#state').filter({ hasText: '已完成' }).waitFor();
  assert.match(await checker.locator('#outcome').textContent(), /已办理 1 行/);
  await inOrder(checker, 'carried out');
  await done(checker);
});

test('progress goes on over a reload, a file dropped is taken, the same file is known, and an import is cancelled', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, 'imports', '#editor');
  const rows = Array.from({ length: 400 }, (_, n) => ({ name: '云溪市老桥面馆', number: FIRMS[0], n: 2000 + n }));
  const text = await tableOf(page, rows);
  await page.getByLabel('证照类型', { exact: true }).selectOption(FOOD);
  await page.evaluate((text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], '拖放.csv', { type: 'text/csv' }));
    document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
  }, text);
  await press(page, '上传并校验');
  await page.waitForSelector('#state');
  await page.reload();
  await page.locator('#state').filter({ hasText: '待确认' }).waitFor({ timeout: 60_000 });
  assert.match(await page.locator('#outcome').textContent(), /共 400 行/);
  const path = await hashOf(page);
  await goTo(page, 'imports', '#editor');
  await send(page, text);
  await press(page, '上传并校验');
  await page.locator('#said').filter({ hasText: '已上传过' }).waitFor();
  assert.equal(await hashOf(page), path);
  await press(page, '取消导入');
  await page.waitForSelector('dialog[open]');
  await tabTo(page, '取消导入');
  await page.keyboard.press('Enter');
  await page.locator('#state').filter({ hasText: '已取消' }).waitFor();
  await page.setViewportSize({ width: 320, height: 700 });
  await inOrder(page, 'cancelled, at 320 px');
  await goTo(page, 'imports', '#editor');
  await inOrder(page, 'imports at 320 px');
  await done(page);
});
