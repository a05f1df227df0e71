/** Others take over a unit's work: parted, counted, confirmed in words; and what who runs or audits the platform sees of all units. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, eventually, serverAndBrowser } from './harness.mjs';
import { atWork, choose, goTo, inOrder, leap, press, tabTo, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const [CIVIL, POLICE, LAND, EDUCATION, HOTEL] = ['11990100MB00000435', '11990100MB0000027F', '11990100MB0000035A', '11990100MB00000510', '91990100MA0000314U'];

test('the auditor sees how many licences each unit has, and for a reason who works there and every right of theirs', async () => {
  const page = await atWork(browser, server, 'auditor', blocked);
  await leap(page, 'n', '#counts');
  const total = async () => Number(/共 (\d+) 件/.exec(await page.textContent('#total'))[1]);
  const all = await total();
  assert.ok(all > 0);
  await inOrder(page, 'counts');
  await choose(page, '签发单位', CIVIL);
  await eventually(async () => {
    const some = await total();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
  });

  await goTo(page, `units/${CIVIL}`, '#looking');
  assert.equal(await page.locator('#people').count(), 0, 'nobody is told of without a reason');
  await press(page, '查看');
  await page.locator('#looking .fault:not([hidden])').waitFor();
  await page.keyboard.type('年度审计');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#people .table');
  assert.equal(await page.locator('#new-account').count(), 0);
  await inOrder(page, 'people, for a reason');
  await tabTo(page, /田经办/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('summary.summary');
  await tabTo(page, '全部权限及来源');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#rights .table');
  assert.match(await page.textContent('#rights'), /本单位办事人员/);
  await inOrder(page, 'rights');
  await done(page);
});

// Rows: R25.
test('by keyboard: the manager has two units take over the work of one, sees what moves to whom, and confirms', async () => {
  const page = await atWork(browser, server, 'manager', blocked);
  await goTo(page, `units/${CIVIL}`, '#succeed');
  await press(page, '由其他单位承接');
  await page.waitForSelector('#editor');
  await inOrder(page, 'a succession');
  await press(page, '下一步：确认');
  await page.waitForSelector('#faults:not([hidden])');
  await choose(page, '承接单位', HOTEL);
  await page.locator('#moves').filter({ hasText: '云溪江畔酒店' }).waitFor();
  await press(page, /^添加/);
  await tabTo(page, /^结婚证/);
  await page.keyboard.press('Space');
  await choose(page, '承接单位', LAND);
  const row = page.locator('#moves tr').filter({ hasText: '结婚证' });
  await row.filter({ hasText: '云溪市自然资源和城乡建设局' }).waitFor();
  assert.ok(Number(await row.locator('td').first().textContent()) > 0, 'licences are counted');
  await typeInto(page, '理由', '机构改革');
  await press(page, '下一步：确认');
  await page.waitForSelector('dialog[open]');
  await inOrder(page, 'confirming');
  await page.keyboard.press('Enter');
  await page.locator('#faults').filter({ hasText: '具有本单位的职能' }).waitFor();
  await inOrder(page, 'a hotel issues nothing');
  await page.getByLabel('承接单位').first().selectOption(POLICE);
  await press(page, '下一步：确认');
  await page.waitForSelector('dialog[open]');
  const said = await page.textContent('dialog');
  assert.match(said, /云溪市民生事务局的工作立即移交给云溪市公安局/);
  assert.match(said, /不能撤回/);
  await page.keyboard.press('Enter');
  await page.locator('#said').filter({ hasText: '单位已关闭' }).waitFor();
  assert.match(await page.textContent('.facts'), /其余归 云溪市公安局/);
  await inOrder(page, 'a closed unit');
  await goTo(page, 'counts', '#counts');
  assert.equal(await page.locator(`option[value="${CIVIL}"]`).count(), 0, 'nothing stays');
  await choose(page, '签发单位', LAND);
  await page.locator('#counts tbody tr').filter({ hasText: '结婚证' }).waitFor();
  await done(page);
});

// Rows: R25.
test('in English on a narrow screen, a succession by region is planned for a day to come', async () => {
  const page = await atWork(browser, server, 'manager', { ...blocked, lang: 'en', colorScheme: 'dark', viewport: { width: 320, height: 800 } });
  await goTo(page, `units/${EDUCATION}/succeed`, '#editor');
  await page.getByLabel('Taken over by').selectOption(POLICE);
  await page.getByLabel('Day').fill('2020-01-01');
  await page.getByLabel('Reason').fill('Reorganised');
  await page.getByRole('button', { name: /^Add/ }).click();
  await page.getByLabel('By', { exact: true }).selectOption('region');
  await page.getByLabel('Region', { exact: true }).fill('99010');
  await page.getByLabel('Taken over by').nth(1).selectOption(LAND);
  await page.click('#save');
  await page.locator('#faults').filter({ hasText: 'Six digits' }).waitFor();
  await page.getByLabel('Region', { exact: true }).fill('990103');
  await page.click('#save');
  await page.getByRole('dialog').getByRole('button', { name: 'Have others take over' }).click();
  await page.locator('#faults').filter({ hasText: 'Day' }).waitFor();
  await page.getByLabel('Day').fill(`${new Date().getFullYear() + 2}-01-01`);
  await page.click('#save');
  await page.waitForSelector('dialog[open]');
  assert.match(await page.textContent('dialog'), /holders of 990103 go to Yunxi Bureau of Natural Resources/);
  await inOrder(page, 'confirming');
  await page.getByRole('dialog').getByRole('button', { name: 'Have others take over' }).click();
  await page.locator('#said').filter({ hasText: 'Planned' }).waitFor();
  assert.match(await page.textContent('.facts'), /990103 to Yunxi Bureau of Natural Resources/);
  await inOrder(page, 'planned');
  await done(page);
});
