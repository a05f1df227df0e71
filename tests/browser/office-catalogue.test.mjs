/** The catalogue in the office: written, checked, previewed, submitted, published, compared; and nothing typed is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, hasFocus, serverAndBrowser } from './harness.mjs';
import { atWork, enter, goTo, hasFocusOn, inOrder, leap, press, tabTo, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const FOOD = '11990000MB00010033001';
const KIND = '11990100MB0000019L901';

/** The signed catalogue's codes, asked until `wanted` is among them or five seconds are over. */
async function untilSigned(page, member, code) {
  for (const start = Date.now(); Date.now() - start < 5000; ) {
    const codes = await page.evaluate(async (name) => {
      const text = await (await fetch('/.well-known/catalogue', { cache: 'no-store' })).text();
      const bytes = Uint8Array.from(atob(text.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes))[name].map(({ code: own }) => own);
    }, member);
    if (codes.includes(code)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${code} is not in the signed catalogue after five seconds`);
}

/** In the dialog that is open the focus is on its agreeing button. */
async function agree(page, name) {
  await page.waitForSelector('dialog[open]');
  await hasFocusOn(page, name);
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
}

// Rows: R06, R07, R09.
test('by keyboard alone: a matter and a kind are written and submitted, the manager publishes them, and the kind is live within five seconds', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  const manager = await atWork(browser, server, 'manager', blocked);

  // A matter.
  await leap(page, 'm', '.table');
  await page.keyboard.press('n');
  await page.waitForSelector('#editor');
  await typeInto(page, '事项代码', 'samr.tea');
  await typeInto(page, '名称（中文）', '茶艺师登记');
  await typeInto(page, '名称（英文）', 'Registration of tea masters');
  await press(page, '保存并提交');
  await page.waitForSelector('#two-persons');
  await publish(manager, /茶艺师登记/);

  // A kind, with two fields: the second is moved up and down again.
  await leap(page, 'k', '#new');
  await page.keyboard.press('n');
  await page.waitForSelector('#editor');
  await typeInto(page, '类型代码', KIND);
  await typeInto(page, '名称（中文）', '茶艺师证');
  await typeInto(page, '名称（英文）', 'Tea master licence');
  await typeInto(page, '证照类别', '资格证');
  await tabTo(page, '签发事项');
  for (let pressed = 0; pressed < 30; pressed += 1) {
    await page.keyboard.press('ArrowDown');
    if ((await page.evaluate(() => document.activeElement.value)) === 'samr.tea') break;
  }
  assert.equal(await page.evaluate(() => document.activeElement.value), 'samr.tea');
  await tabTo(page, '自然人');
  await page.keyboard.press('Space');
  for (const [key, zh, en] of [['n', '姓名', 'Name'], ['no', '证书编号', 'Certificate number']]) {
    await press(page, '添加字段');
    await hasFocusOn(page, '字段键');
    await page.keyboard.type(key);
    await typeInto(page, '字段名（中文）', zh);
    await typeInto(page, '字段名（英文）', en);
    await tabTo(page, '必填');
    await page.keyboard.press('Space');
  }
  const order = () => page.locator('.preview-label').allTextContents();
  await page.waitForFunction(() => document.querySelectorAll('.preview-label').length === 2);
  assert.deepEqual(await order(), ['姓名', '证书编号']);
  await page.keyboard.press('Alt+ArrowUp');
  await page.waitForFunction(() => document.querySelector('.preview-label')?.textContent === '证书编号');
  await hasFocusOn(page, '必填');
  await page.keyboard.press('Alt+ArrowDown');
  await page.waitForFunction(() => document.querySelector('.preview-label')?.textContent === '姓名');
  await tabTo(page, '持证主体名称字段');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.value), 'n');
  await inOrder(page, 'a kind being written');
  await page.keyboard.press('Control+s');
  await page.waitForSelector('#versions');
  assert.match(await page.textContent('#said'), /草稿已保存/);
  assert.match(await page.textContent('.state-line'), /草稿/);
  await press(page, '提交');
  await agree(page, '提交');
  await page.waitForSelector('#two-persons');
  await publish(manager, /茶艺师证/);
  await untilSigned(manager, 'kinds', KIND);
  await done(page);
  await done(manager);
});

/** The manager finds it among what waits, and publishes it, by keyboard. */
async function publish(manager, name) {
  await leap(manager, 'k', '.table');
  await leap(manager, 'h', '#waiting');
  await tabTo(manager, name);
  await manager.keyboard.press('Enter');
  await manager.waitForSelector('#act-publish');
  await press(manager, '发布');
  await agree(manager, '发布');
  await manager.locator('#said').filter({ hasText: '已发布' }).waitFor();
}

test('what the server finds wrong is told at the very fields, in words, and everything typed is still there', async () => {
  for (const [lang, width] of [['zh-CN', 1280], ['en', 320]]) {
    const page = await atWork(browser, server, 'maker.samr', { ...blocked, lang, viewport: { width, height: 900 } });
    await goTo(page, `kinds/${FOOD}/edit`, '#editor');
    const max = page.getByLabel(lang === 'en' ? 'Characters at most' : '最多字数');
    await max.nth(2).fill('9999');
    const keys = page.getByLabel(lang === 'en' ? 'Key' : '字段键', { exact: true });
    await keys.nth(3).fill('n');
    await page.getByLabel(lang === 'en' ? 'Secrecy' : '涉密情况').selectOption('secret');
    await page.click('#save');
    await page.waitForSelector('#faults:not([hidden])');
    const lines = await page.locator('#faults li').allTextContents();
    assert.ok(lines.length >= 3, String(lines));
    assert.match(lines.join('\n'), lang === 'en' ? /Face › Fields › item 3 › Characters at most: must be 1 to 2000/ : /照面信息 › 字段 › 第 3 项 › 最多字数：应为 1 到 2000/);
    for (const control of [max.nth(2), keys.nth(3), page.getByLabel(lang === 'en' ? 'Secrecy' : '涉密情况')]) {
      assert.equal(await control.getAttribute('aria-invalid'), 'true');
      const told = await control.evaluate((node) => node.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join(''));
      assert.ok(told.length > 4, told);
    }
    assert.equal(await max.nth(2).inputValue(), '9999');
    await hasFocus(page, 'faults');
    await inOrder(page, `faults ${lang}`);
    // A fault leads to its control; mended, it is told no more.
    await page.locator('#faults li button').filter({ hasText: lang === 'en' ? 'Characters at most' : '最多字数' }).click();
    assert.equal(await page.evaluate(() => document.activeElement.value), '9999');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('20');
    assert.equal(await max.nth(2).getAttribute('aria-invalid'), null);
    await page.evaluate(() => localStorage.clear());
    await done(page);
  }
});

test('what is missing or cannot be right is told before anything is sent', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, 'kinds/new', '#editor');
  let sent = 0;
  page.on('request', (request) => (sent += request.method() === 'POST'));
  await page.getByLabel('类型代码').fill('123');
  await page.getByLabel('证照类别').focus();
  assert.match(await page.locator('.fault:not([hidden])').first().textContent(), /21 位/);
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  const lines = (await page.locator('#faults li').allTextContents()).join('\n');
  for (const words of ['类型代码：应为 21 位', '名称（中文）：请填写', '签发事项：请填写', '持证主体：请填写']) assert.ok(lines.includes(words), lines);
  assert.equal(sent, 0);
  await inOrder(page, 'missing');
  await done(page);
});

test('a reload, a lost session and another screen in the middle lose nothing; discarding does', async () => {
  const page = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(page, 'scenes/new', '#editor');
  await page.getByLabel('场景代码').fill('test.kept');
  await page.getByLabel('名称（中文）').fill('没存完的场景');
  await page.locator('#kept').filter({ hasText: '已存在本机' }).waitFor();
  await page.reload();
  await page.waitForSelector('#restored');
  assert.equal(await page.getByLabel('名称（中文）').inputValue(), '没存完的场景');
  await inOrder(page, 'restored');
  // Gone at once, without a pause for the fingers.
  await page.getByLabel('名称（英文）').fill('Half a scene');
  await goTo(page, 'home', '#unsaved');
  await inOrder(page, 'home with something unsaved');
  await page.click('#unsaved a');
  await page.waitForSelector('#restored');
  assert.equal(await page.getByLabel('名称（英文）').inputValue(), 'Half a scene');
  // The session ends; saving asks for the password, and then all is there.
  await page.getByLabel('核验方类别').fill('hotel');
  await page.evaluate(() => fetch('/api/v1/sessions/current', { method: 'DELETE' }));
  await page.getByRole('button', { name: '添加证照类型' }).click();
  await page.locator('.item select').first().selectOption(FOOD);
  await page.click('#save');
  await page.waitForSelector('#why');
  await enter(page, server, 'checker.samr');
  await page.waitForSelector('#restored');
  assert.equal(await page.getByLabel('核验方类别').inputValue(), 'hotel');
  assert.equal(await page.locator('.item select').first().inputValue(), FOOD);
  await page.getByRole('button', { name: '放弃，恢复已保存的内容' }).first().click();
  await page.locator('#said').filter({ hasText: '已放弃' }).waitFor();
  assert.equal(await page.getByLabel('场景代码').inputValue(), '');
  await goTo(page, 'home', '#waiting');
  assert.equal(await page.locator('#unsaved').count(), 0);
  await done(page);
});

test('an entry saved twice while the first is on its way is saved once', async () => {
  const editor = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(editor, 'matters/samr.food/edit', '#editor');
  await editor.getByLabel('业务系统').fill('丁系统');
  let sent = 0;
  let release = () => undefined;
  const held = new Promise((resolve) => (release = resolve));
  await editor.route(/\/api\/v1\/matters\/samr\.food/, async (route) => {
    if (route.request().method() === 'PUT') {
      sent += 1;
      await held;
    }
    await route.continue();
  });
  for (let press = 0; press < 3; press += 1) await editor.keyboard.press('ControlOrMeta+s');
  release();
  await editor.locator('#said').filter({ hasText: '已保存' }).waitFor();
  assert.equal(sent, 1);
  await done(editor);
});

test('somebody else saved meanwhile: it is told, nothing is lost, and it can be written over knowingly', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  const other = await atWork(browser, server, 'checker.samr', blocked);
  for (const one of [page, other]) await goTo(one, 'matters/samr.food/edit', '#editor');
  await other.getByLabel('业务系统').fill('甲系统');
  await other.click('#save');
  await other.waitForSelector('#versions');
  await page.getByLabel('业务系统').fill('乙系统');
  await page.click('#save');
  await page.locator('#problem').filter({ hasText: '别人在您修改期间' }).waitFor();
  assert.equal(await page.getByLabel('业务系统').inputValue(), '乙系统');
  await inOrder(page, 'stale');
  await page.getByRole('button', { name: '用我的内容覆盖' }).click();
  await page.waitForSelector('#versions');
  assert.match(await page.textContent('.facts'), /乙系统/);
  await done(other);
  await done(page);
});

test('a scene: fields are ticked and masked, and one that would not fit into a code is told at that kind', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, 'scenes/new', '#editor');
  await page.getByLabel('场景代码').fill('test.scene');
  await page.getByLabel('名称（中文）').fill('测试场景');
  await page.getByLabel('名称（英文）').fill('Test scene');
  await page.getByLabel('核验方类别').fill('inspector');
  await page.getByRole('button', { name: '添加证照类型' }).click();
  await page.locator('.item select').first().selectOption(FOOD);
  const field = (name) => page.locator('.seen-field').filter({ hasText: name });
  await field('经营项目').getByRole('checkbox').check();
  await field('经营场所').getByRole('checkbox').check();
  await page.click('#save');
  await page.waitForSelector('#faults:not([hidden])');
  assert.match(await page.textContent('#faults'), /证照 › 第 1 项 › 字段：这些字段最长可达/);
  await inOrder(page, 'too long');
  await field('经营项目').getByRole('checkbox').uncheck();
  await field('经营场所').getByRole('checkbox').uncheck();
  await field('经营者名称').getByRole('checkbox').check();
  await field('法定代表人').getByRole('checkbox').check();
  await field('法定代表人').getByRole('combobox').selectOption('tail4');
  await page.click('#save');
  await page.waitForSelector('#versions');
  assert.match(await page.textContent('.panel'), /经营者名称、法定代表人（只显示后四位）/);
  await inOrder(page, 'a scene');
  await done(page);
});

test('a new version stands beside the one in force, the difference is shown member by member, and the manager gives it back with a reason', async () => {
  const page = await atWork(browser, server, 'checker.samr', blocked);
  const path = 'kinds/11100000MB0143028R001';
  await goTo(page, `${path}/edit`, '#editor');
  assert.match(await page.textContent('#view'), /第 1 版仍然有效/);
  await page.getByLabel('证照类别').fill('执照');
  await page.getByLabel('自定版面').check();
  await page.getByRole('button', { name: '按字段自动排版' }).click();
  await page.waitForFunction(() => document.querySelector('figcaption')?.textContent.includes('自定版面'));
  await page.click('#save-submit');
  await page.waitForSelector('#two-persons');
  assert.equal(await page.locator('#edit').count(), 0, 'what is submitted is not edited');
  await page.click('#compare');
  await page.waitForSelector('#difference .table');
  assert.match(await page.textContent('#difference'), /证照类别.*营业执照.*执照/);
  await inOrder(page, 'difference');

  const manager = await atWork(browser, server, 'manager', { ...blocked, lang: 'en', viewport: { width: 320, height: 800 } });
  await goTo(manager, path, '#act-return');
  await manager.click('#act-return');
  await manager.waitForSelector('dialog[open]');
  await manager.getByRole('dialog').getByRole('button', { name: 'Return' }).click();
  assert.match(await manager.textContent('dialog .fault:not([hidden])'), /Fill this in/);
  await inOrder(manager, 'dialog');
  await manager.getByLabel('Reason').fill('Name the standard');
  await manager.getByRole('dialog').getByRole('button', { name: 'Return' }).click();
  await manager.locator('#said').filter({ hasText: 'Draft' }).waitFor();
  await done(manager);
  await page.reload();
  await page.waitForSelector('#act-submit');
  await done(page);
});

test('taking out of force asks for a reason and says what it does; whose entry it is not may not', async () => {
  const page = await atWork(browser, server, 'admin.civ', blocked);
  await goTo(page, `kinds/${FOOD}`, '#versions');
  assert.equal(await page.locator('#acts button, #edit').count(), 0);
  await done(page);
  const manager = await atWork(browser, server, 'manager', blocked);
  await goTo(manager, 'scenes/hotel.checkin', '#act-disable');
  await manager.click('#act-disable');
  assert.match(await manager.textContent('dialog'), /不再签发新证，也不能再亮证/);
  await manager.keyboard.press('Escape');
  await hasFocus(manager, 'act-disable');
  await manager.click('#act-disable');
  await manager.getByLabel('理由').fill('场景合并');
  await manager.getByRole('dialog').getByRole('button', { name: '停用' }).click();
  await manager.locator('.state-line').filter({ hasText: '已停用' }).waitFor();
  await inOrder(manager, 'disabled');
  await done(manager);
});

test('every screen of the catalogue is in order in the dark, in both languages, on a phone and a tablet', async () => {
  // By day they are seen by office-walk.
  for (const [lang, colorScheme, width] of [['en', 'dark', 320], ['zh-CN', 'dark', 768]]) {
    const page = await atWork(browser, server, 'maker.samr', { ...blocked, lang, colorScheme, viewport: { width, height: 800 } });
    for (const [path, selector] of [
      ['matters', '.table'],
      ['matters/new', '#editor'],
      ['matters/samr.business', '#versions'],
      ['kinds', '.table'],
      ['kinds/new', '#editor'],
      [`kinds/${FOOD}`, '#versions'],
      [`kinds/${FOOD}/edit`, '#editor'],
      ['scenes', '.table'],
      ['scenes/new', '#editor'],
      ['scenes/inspect.food', '#versions'],
      ['scenes/inspect.food/edit', '#editor'],
    ]) {
      await goTo(page, path, selector);
      await inOrder(page, `${path} ${lang} ${colorScheme} ${width}`);
    }
    await done(page);
  }
});
