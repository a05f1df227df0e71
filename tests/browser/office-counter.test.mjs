/** At the counter, by two persons: who acts for a firm or a ward, and accounts whose owners have lost their way in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, done, eventually, logIn, newPage, serverAndBrowser } from './harness.mjs';
import { atWork, choose, goTo, inOrder, leap, press, tabTo, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const CIVIL = '11990100MB00000435';
const ZHAO = { name: '赵一禾', number: '990101200111270140' };
const FIRM = { name: '九岳省晴川建设集团有限公司', number: '91990100MA0000277M' };

/** A line in the group that is called so. */
const within = (page, legend, label) => page.getByRole('group', { name: legend, exact: true }).getByLabel(label, { exact: true });

// Rows: R68.
test('by keyboard: a clerk enters who represents a firm, another approves it from the to-do list, and ends it', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await leap(page, 'a', '#found');
  await inOrder(page, 'agencies');
  await page.keyboard.press('n');
  await page.waitForSelector('#editor');
  assert.match(await page.textContent('#level'), /法定代表人/);
  await choose(page, '持证主体类型', 'natural');
  assert.match(await page.textContent('#level'), /监护人/, 'a person has a guardian');
  await page.keyboard.press('Shift+Tab');
  await choose(page, '持证主体类型', 'legal');
  assert.match(await page.textContent('#level'), /法定代表人/);
  await typeInto(page, '姓名或名称', FIRM.name);
  await tabTo(page, '证件号码');
  await page.keyboard.type(FIRM.number);
  await typeInto(page, '姓名', '赵无此人');
  await tabTo(page, '证件号码');
  await page.keyboard.type(ZHAO.number);
  await typeInto(page, '依据', '营业执照记载的法定代表人');
  await press(page, '登记代理关系');
  await page.waitForSelector('#faults:not([hidden])');
  assert.match(await page.textContent('#faults'), /代理人 › 证件号码：.*本人先登录/);
  await inOrder(page, 'an agent who has no account');
  await within(page, '代理人', '姓名').fill(ZHAO.name);
  await page.keyboard.press('Enter');
  await page.locator('#said').filter({ hasText: '等待另一人审核' }).waitFor();
  await page.locator('#found .panel').filter({ hasText: FIRM.name }).waitFor();
  assert.ok(!(await page.textContent('#found')).includes(ZHAO.number), 'numbers are masked');
  assert.equal(await page.getByRole('button', { name: /审核通过/ }).count(), 0, 'a maker approves nothing');
  await inOrder(page, 'what waits');
  await done(page);

  const checker = await atWork(browser, server, 'checker.samr', { ...blocked, viewport: { width: 320, height: 800 } });
  await goTo(checker, 'tasks', '.table');
  await tabTo(checker, '待审核代理关系');
  await checker.keyboard.press('Enter');
  await checker.locator('#found .panel').first().waitFor();
  await tabTo(checker, /^审核通过「法定代表人 赵一禾/);
  await checker.keyboard.press('Enter');
  await checker.waitForSelector('dialog[open]');
  assert.match(await checker.textContent('dialog'), /原法定代表人/);
  await inOrder(checker, 'approving');
  await checker.keyboard.press('Enter');
  await checker.locator('#said').filter({ hasText: '已生效' }).waitFor();

  const zhao = await newPage(browser);
  await logIn(zhao, server, 'zhao');
  await zhao.locator('#others h2').filter({ hasText: FIRM.name }).waitFor();
  assert.ok((await zhao.locator('#others .card').count()) > 0, 'the firm’s cards are there');

  await choose(checker, '状态', 'approved');
  await checker.locator('#found .panel').first().waitFor();
  await tabTo(checker, /^终止「法定代表人 赵一禾/);
  await checker.keyboard.press('Enter');
  await checker.waitForSelector('dialog[open]');
  await checker.keyboard.press('Enter');
  assert.equal(await checker.locator('dialog[open]').count(), 1, 'not without a reason');
  await checker.getByLabel('理由').fill('法定代表人变更');
  await inOrder(checker, 'ending');
  await press(checker, '终止');
  await checker.locator('#said').filter({ hasText: '已终止' }).waitFor();
  await choose(checker, '状态', 'ended');
  await checker.locator('#found .panel').filter({ hasText: '法定代表人变更' }).waitFor();
  await eventually(async () => assert.equal(await checker.locator('#found button').count(), 0));
  await inOrder(checker, 'ended');
  await done(checker);
  await zhao.reload();
  await zhao.waitForSelector('.card');
  await zhao.waitForLoadState('networkidle');
  await zhao.waitForFunction(() => document.readyState === 'complete' && document.documentElement.dataset.ready);
  assert.equal(await zhao.locator('#others .card').count(), 0, 'and it is over at once');
  await done(zhao);
});

// Rows: R68.
test('in English, a guardian is entered, and what was entered wrongly is sent back with a reason', async () => {
  const page = await atWork(browser, server, 'maker.samr', { ...blocked, lang: 'en', colorScheme: 'dark' });
  await goTo(page, 'agencies/new', '#editor');
  await page.getByLabel('Type of holder').selectOption('natural');
  await within(page, 'Acted for', 'Name').fill('赵小禾');
  await within(page, 'Acted for', 'Number').fill('990101199001011230');
  await within(page, 'Agent', 'Name').fill(ZHAO.name);
  await within(page, 'Agent', 'Number').fill(ZHAO.number);
  await page.getByLabel('Evidence').fill('户口簿');
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  await inOrder(page, 'a ward who is of age');
  await within(page, 'Acted for', 'Number').fill(ward());
  await page.getByLabel('Until').fill('2020-01-01');
  await page.click('#save');
  await page.locator('#faults:not([hidden])').filter({ hasText: 'Until' }).waitFor();
  await page.getByLabel('Until').fill('');
  await page.click('#save');
  await page.locator('#found .panel').filter({ hasText: 'Guardian 赵一禾: 赵小禾' }).waitFor();
  await done(page);
  const checker = await atWork(browser, server, 'checker2.samr', { ...blocked, lang: 'en' });
  await goTo(checker, 'agencies', '#found .panel');
  await checker.getByRole('button', { name: 'Refuse: Guardian 赵一禾' }).click();
  await checker.getByLabel('Reason').fill('Household register not legible');
  await checker.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
  await checker.locator('#said').filter({ hasText: 'Refused' }).waitFor();
  await checker.getByLabel('State').selectOption('refused');
  await checker.locator('#found .panel').filter({ hasText: 'not legible' }).waitFor();
  await inOrder(checker, 'refused');
  await done(checker);
});

// Rows: R44.
test('an account is restored by two persons of a unit the manager named; its owner sees it and objects', async () => {
  const manager = await atWork(browser, server, 'manager', blocked);
  await goTo(manager, `units/${CIVIL}/edit`, '#editor');
  await manager.getByRole('checkbox', { name: '办理账号恢复' }).check();
  await manager.click('#save');
  await manager.locator('.facts').filter({ hasText: '办理账号恢复' }).waitFor();
  await done(manager);

  const first = await atWork(browser, server, 'handler.civ', blocked);
  await goTo(first, `units/${CIVIL}`, '#recoveries');
  await press(first, '账号恢复');
  await first.waitForSelector('#new');
  await inOrder(first, 'recoveries');
  await first.keyboard.press('n');
  await first.waitForSelector('#editor');
  await typeInto(first, '账号', 'wu');
  await typeInto(first, '姓名', '吴川');
  await typeInto(first, '证件号码', '99010319620821013X');
  await typeInto(first, '理由', '手机丢失');
  await press(first, '开始账号恢复');
  await first.waitForSelector('#problem:not([hidden])');
  assert.match(await first.textContent('#problem'), /没有与该人员姓名和证件号码相符的账号/);
  await inOrder(first, 'another name');
  await first.getByLabel('姓名').fill('吴望川');
  await first.keyboard.press('Enter');
  await first.waitForSelector('#outcome');
  assert.match(await first.textContent('#outcome'), /另一名工作人员/);
  await inOrder(first, 'after the first person');
  await press(first, '账号恢复');
  await first.waitForSelector('.table');
  assert.equal(await first.getByRole('link', { name: /第二人核实/ }).count(), 0, 'nobody agrees with himself');

  const second = await atWork(browser, server, 'admin.civ', { ...blocked, viewport: { width: 320, height: 800 } });
  await second.waitForSelector('#waiting');
  await tabTo(second, /账号恢复「吴望川/);
  await second.keyboard.press('Enter');
  await second.waitForSelector('#editor');
  assert.equal(await second.getByLabel('账号', { exact: true }).inputValue(), 'wu');
  await typeInto(second, '姓名', '吴望川');
  await typeInto(second, '证件号码', '99010319620821013X');
  await typeInto(second, '理由', '人证一致');
  await press(second, '第二人核实');
  await second.waitForSelector('#outcome');
  await inOrder(second, 'after the second person');
  assert.match(await second.locator('#outcome dd').first().textContent(), /\S{10,}/, 'the password, once');
  await press(second, '账号恢复');
  await second.locator('.table').filter({ hasText: '已确认，待生效' }).waitFor();
  await inOrder(second, 'confirmed');

  const owner = await newPage(browser);
  await logIn(owner, server, 'wu');
  await owner.waitForSelector('#recovering:not([hidden])');
  assert.match(await owner.textContent('#recovering'), /将于 .* 生效/);
  assert.deepEqual(await axe(owner), []);
  await owner.locator('#object').focus();
  await owner.keyboard.press('Enter');
  await owner.locator('#recovering').filter({ hasText: '恢复作废' }).waitFor();
  assert.deepEqual(await axe(owner), []);
  await done(owner);

  await goTo(first, 'home', '#waiting');
  await goTo(first, 'recoveries', '.table');
  assert.match(await first.textContent('.table'), /本人于 .* 提出异议/);
  await inOrder(first, 'an objection');
  await done(first);
  await done(second);
});

/** The number of somebody born ten years ago. */
function ward() {
  const first = `990101${new Date().getFullYear() - 10}0101001`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return first + '10X98765432'[weights.reduce((sum, weight, at) => sum + weight * Number(first[at]), 0) % 11];
}
