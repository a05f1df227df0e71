/** Units and accounts in the office: entered, changed, given roles, disabled, closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, newPage, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder, untilListed } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const UNIT = '91990100MA0000031K';

/** An invented citizen number with its check character (GB 11643). */
function citizen(first) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return first + '10X98765432'[weights.reduce((sum, weight, at) => sum + weight * Number(first[at]), 0) % 11];
}

// Rows: R56, R86.
test('the manager enters a unit and its administrator, who logs in with the password that was told once', async () => {
  const page = await atWork(browser, server, 'manager', blocked);
  await goTo(page, 'units', '.table');
  await inOrder(page, 'units');
  await page.click('#new');
  await page.waitForSelector('#editor');
  await page.getByLabel('统一社会信用代码').fill('91990100MA0000031L');
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  assert.match(await page.textContent('#faults'), /校验位不符/);
  await inOrder(page, 'a unit with faults');
  await page.getByLabel('统一社会信用代码').fill(UNIT);
  await page.getByLabel('单位名称（中文）').fill('山月茶饮');
  await page.getByLabel('单位名称（英文）').fill('Shanyue tea');
  await page.getByLabel('行政区划').fill('990100');
  await page.getByRole('checkbox', { name: '社会核验' }).check();
  await page.getByLabel('核验类别').fill('hotel');
  await page.getByLabel('科室').fill('前台');
  await page.getByLabel('姓名').fill('山小月');
  await page.getByLabel('电话').fill('099-12345678');
  await page.click('#save');
  await page.waitForSelector('#people');
  assert.match(await page.textContent('.facts'), /前台 · 山小月/);
  await inOrder(page, 'a unit');
  await page.click('#new-account');
  await page.waitForSelector('#editor');
  const number = page.getByLabel('证件号码', { exact: true });
  await number.fill('990101199013010010');
  await page.getByLabel('登录账号').focus();
  assert.match(await page.locator('.fault:not([hidden])').textContent(), /出生日期不存在/);
  await number.fill(citizen('99010119900101001'));
  await page.getByLabel('姓名').fill('管小员');
  await page.getByLabel('登录账号').fill('admin.shanyue');
  await page.getByRole('checkbox', { name: '单位管理员' }).check();
  await page.click('#save');
  await page.waitForSelector('#given');
  await inOrder(page, 'the first password');
  const password = await page.locator('#given dd').nth(1).textContent();
  const answer = await page.evaluate(
    async ([login, secret]) => (await fetch('/api/v1/sessions', { method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: secret }) })).status,
    ['admin.shanyue', password],
  );
  assert.equal(answer, 201);
  const first = await newPage(browser, { ...blocked, viewport: { width: 320, height: 800 } });
  await first.goto(`${server.url}/office?lang=en`);
  await first.fill('#login', 'admin.shanyue');
  await first.fill('#password', password);
  await first.keyboard.press('Enter');
  await first.waitForSelector('#first-password');
  await inOrder(first, 'a first password');
  await first.fill('#old', password);
  await first.fill('#new', 'short');
  await first.getByRole('button', { name: 'Set it' }).click();
  await first.locator('.fault:not([hidden]), #problem:not([hidden])').first().waitFor();
  await first.fill('#new', 'a password of my own');
  await first.getByRole('button', { name: 'Set it' }).click();
  await first.waitForSelector('#waiting');
  await done(first);
  await page.click('#given a');
  await page.waitForSelector('#act-state');
  await page.click('summary.summary');
  await page.waitForSelector('#rights .table');
  await inOrder(page, 'an account');
  await page.click('#act-state');
  await page.getByLabel('理由').fill('离职');
  await inOrder(page, 'disabling');
  await page.getByRole('dialog').getByRole('button', { name: '停用账号' }).click();
  await page.locator('.state-line').filter({ hasText: '已停用' }).waitFor();
  await done(page);
});

test('a unit’s administrator changes who is responsible, gives roles of its capacities with a last day, and not his own', async () => {
  const page = await atWork(browser, server, 'admin.civ', { ...blocked, lang: 'en', viewport: { width: 320, height: 800 } });
  await goTo(page, 'units/11990100MB00000435/edit', '#editor');
  assert.equal(await page.getByLabel('Regions').count(), 0);
  await page.getByLabel('Office').fill('Service desk');
  await page.getByLabel('Person', { exact: true }).fill('陆管理');
  await page.getByLabel('Phone').fill('099-87654321');
  await inOrder(page, 'contact');
  await page.click('#save');
  await page.waitForSelector('#people');
  assert.match(await page.textContent('.facts'), /Service desk/);
  await page.locator('#people .table a').filter({ hasText: '田经办' }).click();
  await page.waitForSelector('#act-state');
  const inspector = page.getByRole('checkbox', { name: 'Inspector' });
  await inspector.check();
  await page.getByLabel('Last day as Inspector').fill('2027');
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  await inOrder(page, 'a day that is none');
  await page.getByLabel('Last day as Inspector').fill('20270630');
  await page.click('#save');
  await page.locator('#said').waitFor();
  assert.match(await page.textContent('.facts'), /Inspector \(until 30 Jun 2027\)/);
  await inOrder(page, 'an account');
  await goTo(page, 'units/11990100MB00000435', '#people');
  await page.locator('#people .table a').filter({ hasText: '陆管理' }).click();
  await page.locator('.notice').filter({ hasText: 'Nobody changes their own' }).waitFor();
  assert.equal(await page.locator('#act-state, #save').count(), 0);
  await done(page);
});

test('a hotel that has applied is let in by the manager, who sees what that does', async () => {
  const asked = await newPage(browser, blocked);
  await asked.goto(`${server.url}/`);
  const status = await asked.evaluate(async () => {
    const body = { id: '91990100MA0000277M', names: { 'zh-CN': '晴川宾馆', en: 'Qingchuan Inn' }, regions: ['990100'], audiences: ['hotel'], contact: { office: '前台', person: '晴小川', phone: '099-11112222' } };
    return (await fetch('/api/v1/units/applications', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).status;
  });
  assert.equal(status, 201);
  await done(asked);
  const page = await atWork(browser, server, 'manager', { ...blocked, colorScheme: 'dark' });
  await goTo(page, 'units', '.table');
  await page.getByLabel('状态').selectOption('applied');
  await untilListed(page);
  await page.locator('.table a').filter({ hasText: '晴川宾馆' }).click();
  await page.click('#act-approve');
  assert.match(await page.textContent('dialog'), /可以登录核验/);
  await inOrder(page, 'approving');
  await page.keyboard.press('Enter');
  await page.locator('.state-line').filter({ hasText: '正常' }).waitFor();
  await page.click('#act-close');
  await page.getByLabel('理由').fill('停业');
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click();
  await page.locator('.state-line').filter({ hasText: '已关闭' }).waitFor();
  assert.equal(await page.locator('#acts a, #acts button').count(), 0);
  await done(page);
});
