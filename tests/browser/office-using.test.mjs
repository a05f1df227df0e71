/** Using lists and inspection matters in the office, and the inspector who chooses one: written, published, used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, done, judgeText, newPage, serverAndBrowser, showing } from './harness.mjs';
import { atWork, enter, goTo, hasFocusOn, inOrder, leap, press, tabTo, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const HOUSEHOLD = '居民户口簿';

/** Moves in the list that has the focus until it stands on what is called so. */
async function choose(page, name) {
  const at = () => page.evaluate(() => document.activeElement.selectedOptions[0].textContent);
  await page.keyboard.press('Home');
  for (let pressed = 0; pressed < 60 && !(await at()).includes(name); pressed += 1) await page.keyboard.press('ArrowDown');
  assert.ok((await at()).includes(name), `${name} is not among the options`);
}

/** What is told once it is known whether it was recorded. */
async function noted(page) {
  const note = page.locator('.noted');
  await note.filter({ hasNotText: '正在' }).waitFor();
  return note.textContent();
}

/** The manager finds it among what waits, and publishes it. */
async function publish(manager, name) {
  await goTo(manager, 'kinds', '.table');
  await goTo(manager, 'home', '#waiting');
  await tabTo(manager, name);
  await manager.keyboard.press('Enter');
  await manager.waitForSelector('#act-publish');
  await press(manager, '发布');
  await manager.waitForSelector('dialog[open]');
  await hasFocusOn(manager, '发布');
  await manager.keyboard.press('Enter');
  await manager.locator('#said').filter({ hasText: '已发布' }).waitFor();
}

// Rows: R62, R66.
test('by keyboard alone: a unit puts a licence on its using list, the manager publishes it, and everybody reads what need not be handed in', async () => {
  const page = await atWork(browser, server, 'admin.civ', blocked);
  const manager = await atWork(browser, server, 'manager', blocked);
  await leap(page, 'w', '.table');
  assert.equal(await page.locator('#new').count(), 0, 'a unit has one list');
  await tabTo(page, /云溪市民生事务局用证清单/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#versions');
  assert.match(await page.textContent('main'), /住房公积金提取（用途 housing-fund）/);
  await inOrder(page, 'a using list');
  await page.keyboard.press('e');
  await page.waitForSelector('#editor');
  await press(page, '添加证照');
  await hasFocusOn(page, '证照类型');
  await choose(page, HOUSEHOLD);
  await tabTo(page, '户号');
  await page.keyboard.press('Space');
  await tabTo(page, '调用依据');
  await choose(page, '履职共享');
  await inOrder(page, 'a using list being written');
  await press(page, '保存并提交');
  await page.waitForSelector('#two-persons');
  await publish(manager, /民生事务局用证清单/);

  const anybody = await newPage(browser, blocked);
  await anybody.goto(`${server.url}/exempt-materials?q=${encodeURIComponent(HOUSEHOLD)}`);
  await anybody.waitForSelector('html[data-ready]');
  const found = await anybody.locator('#found > li').allTextContents();
  assert.ok(found.some((text) => /住房公积金提取/.test(text) && /户号/.test(text)), found.join('\n'));
  await done(page);
  await done(manager);
  await done(anybody);
});

test('what the server finds wrong with a list is told at the very member', async () => {
  const page = await atWork(browser, server, 'admin.samr', blocked);
  await goTo(page, 'using-lists/11990100MB0000019L/edit', '#editor');
  await tabTo(page, '调用依据');
  await choose(page, '依法公示');
  await press(page, '保存草稿');
  await page.waitForSelector('.faults:not([hidden]), .fault:not([hidden])');
  assert.match(await page.textContent('#editor'), /这种证照不是依法公示的/);
  await done(page);
});

// Rows: R48.
test('an administrator writes an inspection matter by keyboard, and an inspector verifies in it and has it recorded', async () => {
  const page = await atWork(browser, server, 'admin.samr', blocked);
  const manager = await atWork(browser, server, 'manager', blocked);
  await leap(page, 'i', '.table');
  await page.keyboard.press('n');
  await page.waitForSelector('#editor');
  await typeInto(page, '事项代码', 'food.night');
  await typeInto(page, '名称（中文）', '夜间餐饮检查');
  await typeInto(page, '名称（英文）', 'Night inspection');
  await tabTo(page, '用证场景');
  await choose(page, '食品经营检查');
  await tabTo(page, /^食品经营许可证/);
  await page.keyboard.press('Space');
  await press(page, '添加询问要点');
  await page.keyboard.type('后厨是否公示');
  await inOrder(page, 'an inspection matter being written');
  await press(page, '保存并提交');
  await page.waitForSelector('#two-persons');
  await publish(manager, /夜间餐饮检查/);

  const street = await newPage(browser);
  await street.goto(`${server.url}/office?lang=zh-CN`);
  await enter(street, server, 'inspector.samr');
  await street.goto(`${server.url}/verify`);
  await street.waitForSelector('html[data-ready]');
  await street.waitForSelector('#matter');
  await street.selectOption('#matter', 'food.night');
  assert.equal(await street.inputValue('#scene'), 'inspect.food');
  assert.match(await street.textContent('#ask'), /后厨是否公示/);
  await judgeText(street, (await showing(server, 'shanyue', 'inspect.food', '食品经营许可证')).first);
  assert.match(await noted(street), /已记入检查记录/);
  assert.deepEqual(await axe(street), []);
  await judgeText(street, (await showing(server, 'shanyue', 'inspect.food', '营业执照')).first);
  assert.match(await noted(street), /不查验这种证照/);
  assert.deepEqual(await axe(street), []);
  await done(page);
  await done(manager);
  await done(street);
});
