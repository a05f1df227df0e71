/** From a case to a licence, in the office: written with checks as one types, reviewed by another, changed, suspended, ended by two. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, eventually, serverAndBrowser } from './harness.mjs';
import { atWork, choose, enter, goTo, hasFocusOn, hashOf, HOLDER, inOrder, leap, press, tabTo, typeInto, untilListed } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const FOOD = '11990000MB00010033001';

// Rows: R15, R16.
test('by keyboard: a case is opened, a licence written and submitted, approved by another, and it is the holder’s', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await leap(page, 'c', '#new');
  await page.keyboard.press('n');
  await page.waitForSelector('#editor');
  await choose(page, '事项', 'samr.food');
  await tabTo(page, '持证主体类型');
  await page.keyboard.press('ArrowDown');
  await typeInto(page, '姓名或名称', HOLDER.name);
  await typeInto(page, '证件号码', '92990100MA000012XA');
  await page.keyboard.press('Tab');
  assert.match(await page.locator('.fault:not([hidden])').textContent(), /校验位不符/);
  await tabTo(page, '证件号码', { back: true });
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(HOLDER.id_number);
  await inOrder(page, 'a case being opened');
  await press(page, '登记办件');
  await page.waitForSelector('#acts');
  await inOrder(page, 'a case');
  const id = (await hashOf(page)).split('/')[1];

  await press(page, '制证');
  await page.waitForSelector('#editor');
  await choose(page, '证照类型', FOOD);
  await press(page, '下一步');
  await page.waitForSelector('#check');
  await typeInto(page, '办件编号（cas_…）', id);
  await typeInto(page, '姓名或名称', HOLDER.name);
  await typeInto(page, '证件号码', HOLDER.id_number);
  await eventually(async () => assert.equal(await page.getByLabel('经营者名称（必填）').inputValue(), HOLDER.name, 'the holder’s name follows'));
  await typeInto(page, '许可证编号（必填）', 'JY29901020000999');
  await page.locator('#check').filter({ hasText: 'JY29901020000999' }).waitFor();
  await inOrder(page, 'a draft being written');
  await press(page, '保存并提交审核');
  await page.locator('.state-line').filter({ hasText: '待审核' }).waitFor();
  await inOrder(page, 'submitted');
  const path = await hashOf(page);
  await done(page);

  const checker = await atWork(browser, server, 'checker.samr', blocked);
  await leap(checker, 'r', '.table a');
  await inOrder(checker, 'reviews');
  await goTo(checker, path, '#act-approve');
  await inOrder(checker, 'a review');
  await checker.keyboard.press('a');
  await checker.waitForSelector('dialog[open]');
  await hasFocusOn(checker, '审核通过');
  await checker.keyboard.press('Enter');
  await checker.locator('.state-line').filter({ hasText: '有效' }).waitFor();
  assert.match(await checker.textContent('.state-line'), new RegExp(FOOD));
  await inOrder(checker, 'a licence');
  await done(checker);
});

test('a draft is told what is wrong as it is typed and by the server, at its fields; a reload and a lost session lose nothing', async () => {
  const page = await atWork(browser, server, 'maker.samr', { ...blocked, lang: 'en', viewport: { width: 320, height: 800 } });
  await goTo(page, `draft/new/${FOOD}`, '#check');
  await page.getByLabel('Name', { exact: true }).fill(HOLDER.name);
  await page.getByLabel('Number', { exact: true }).fill(HOLDER.id_number);
  await page.getByLabel('Form of business').fill('十一个字的主体业态名称啊');
  await page.getByLabel('Items').focus();
  assert.match(await page.locator('.fault:not([hidden])').textContent(), /At most 10/);
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  await inOrder(page, 'a draft with faults');
  await page.getByLabel('Form of business').fill('餐饮服务经营者');
  await page.getByLabel('Licence number (required)').fill('JY29901020000888');
  await page.getByLabel('Items').fill('热食类食品制售');
  await page.locator('#check').filter({ hasText: 'JY29901020000888' }).waitFor();
  await page.reload();
  await page.waitForSelector('#restored');
  assert.equal(await page.getByLabel('Licence number (required)').inputValue(), 'JY29901020000888');
  await page.evaluate(() => fetch('/api/v1/sessions/current', { method: 'DELETE' }));
  await page.click('#save');
  await page.waitForSelector('#why');
  await enter(page, server, 'maker.samr');
  await page.waitForSelector('#restored');
  await page.click('#save');
  await page.locator('.state-line').filter({ hasText: 'draft' }).waitFor();
  assert.equal(await page.evaluate(() => Object.keys(sessionStorage).length), 0);
  await inOrder(page, 'a draft');
  await done(page);
});

test('what one account typed of a person is never shown to the next at the same machine', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  const kept = () => page.evaluate(() => JSON.stringify(sessionStorage));
  const type = async () => {
    await goTo(page, `draft/new/${FOOD}`, '#check');
    await page.getByLabel('证件号码', { exact: true }).fill(HOLDER.id_number);
    await page.locator('#check').filter({ hasText: HOLDER.id_number }).waitFor();
    assert.ok((await kept()).includes(HOLDER.id_number));
  };
  await type();
  // The session ends, and another person logs in in the same tab.
  await page.evaluate(() => fetch('/api/v1/sessions/current', { method: 'DELETE' }));
  await page.click('#save');
  await page.waitForSelector('#editor .fault, #why, #faults:not([hidden])');
  await page.reload();
  await page.waitForSelector('#login');
  await enter(page, server, 'maker2.samr');
  await page.waitForSelector('#check');
  assert.equal(await page.locator('#restored').count(), 0);
  assert.doesNotMatch(await page.textContent('#check'), new RegExp(HOLDER.id_number));
  assert.equal(await page.getByLabel('证件号码', { exact: true }).inputValue(), '');
  assert.ok(!(await kept()).includes(HOLDER.id_number), 'nor is it left behind');
  // Logged out in another tab.
  await type();
  const other = await page.context().newPage();
  await other.goto(`${server.url}/office`);
  await other.click('.account summary');
  await other.click('#logout');
  await page.waitForSelector('#login');
  assert.equal(await kept(), '{}');
  await done(page);
});

test('a form sent twice while the first is on its way is sent once', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, `draft/new/${FOOD}`, '#check');
  await page.getByLabel('姓名或名称', { exact: true }).fill(HOLDER.name);
  await page.getByLabel('证件号码', { exact: true }).fill(HOLDER.id_number);
  await page.getByLabel('许可证编号（必填）').fill('JY29901020000777');
  const sent = [];
  let release = () => undefined;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/api\/v1\/licences/, async (route) => {
    if (route.request().method() === 'POST') {
      sent.push(new URL(route.request().url()).pathname);
      await held;
    }
    await route.continue();
  });
  // Three saves by keyboard, then the further button: the first, which does not submit, is what counts.
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('ControlOrMeta+s');
  // It stands still meanwhile.
  await page.click('#save-submit', { force: true });
  release();
  await page.locator('.state-line').filter({ hasText: '制证中' }).waitFor();
  assert.deepEqual(sent, ['/api/v1/licences']);
  await done(page);
});

test('only legal acts are offered, each says what it does; what ends a licence asks for its number and for another person', async () => {
  const page = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(page, 'licences', '.table');
  await page.getByLabel('状态').selectOption('ACTIVE');
  await untilListed(page);
  await page.locator('.table a').first().click();
  await page.waitForSelector('#act-suspend');
  assert.equal(await page.locator('#act-resume').count(), 0);
  await page.click('#act-suspend');
  await page.waitForSelector('dialog[open]');
  await inOrder(page, 'suspending');
  await page.getByLabel('理由').fill('核查');
  await page.getByLabel('依据').fill('《行政许可法》第六十九条');
  await page.getByRole('dialog').getByRole('button', { name: '挂起' }).click();
  await page.waitForSelector('#act-resume');
  assert.equal(await page.locator('#act-suspend').count(), 0);
  assert.match(await page.textContent('#timeline'), /挂起.*核查/s);
  await inOrder(page, 'on hold');
  await page.click('#act-revoke');
  await page.getByLabel('理由').fill('违法');
  await page.getByLabel('依据').fill('《食品安全法》第一百二十二条');
  const again = page.locator('#number-again');
  await again.fill('1.2.3');
  await page.getByRole('dialog').getByRole('button', { name: '提出吊销' }).click();
  assert.match(await page.textContent('dialog .fault:not([hidden])'), /不一致/);
  await inOrder(page, 'revoking');
  await again.fill(await page.locator('.state-line .code').textContent());
  await page.getByRole('dialog').getByRole('button', { name: '提出吊销' }).click();
  await page.locator('#acts a').filter({ hasText: '等待确认' }).waitFor();
  await done(page);
});

test('the calendar says which days are worked, and that a year not announced is provisional', async () => {
  const page = await atWork(browser, server, 'maker.samr', { ...blocked, viewport: { width: 320, height: 800 } });
  await goTo(page, 'calendar/2026', '#notice');
  assert.match(await page.textContent('#notice'), /依据/);
  await inOrder(page, 'calendar');
  await goTo(page, 'calendar/2031', '.problem#notice');
  assert.match(await page.textContent('#notice'), /暂定/);
  await inOrder(page, 'provisional');
  await done(page);
});
