/** Using licences, on both sides: a handler's case is filled at one look, the holder authorises, sees it, and takes it back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { account, axe, caller, done, logIn, newPage, root, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const CIVIL = '11990100MB00000435';
const CARD = '11100000000013127D001';
const HOUSEHOLD = '11990000MB00010701001';

/** Sends as the person who is logged in on a page. */
const sent = (page, path, body) =>
  page.evaluate(async ([to, json]) => {
    const answer = await fetch(`/api/v1${to}`, json ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) } : {});
    return answer.json();
  }, [path, body]);

/** Who holds what the demo invented for this login. */
function holder(login) {
  const { holders } = JSON.parse(readFileSync(join(root, 'assets/demo/people.json'), 'utf8'));
  const { name, type, code } = holders.find((one) => one.login === login);
  return { name, id_type: type, id_number: code };
}

/** Opens a using case for the first natural holder; its id. */
async function caseFor(page) {
  const opened = await sent(page, '/cases', { type: 'using', matter: 'civil.subsidy', holder: { type: 'natural', ...holder('lin') } });
  assert.ok(opened.id, JSON.stringify(opened));
  return opened.id;
}

const material = (page, kind) => page.locator(`.material[data-kind="${kind}"]`);

// Rows: R59, R61, R63, R66.
test('a case is filled at one look; what the holder authorises is fetched, stands in his list, and is refused once taken back', async () => {
  const desk = await atWork(browser, server, 'handler.civ', blocked);
  const id = await caseFor(desk);
  await goTo(desk, `cases/${id}`, '#prefill');
  await inOrder(desk, 'a using case');
  await desk.click('#prefill');
  await material(desk, CARD).waitFor();
  assert.equal(await material(desk, CARD).getAttribute('data-state'), 'refused');
  assert.match(await material(desk, CARD).textContent(), /持证主体未授权/);
  assert.match(await material(desk, HOUSEHOLD).textContent(), /持证主体未在该办件中同意使用/);
  await inOrder(desk, 'a case that was filled');

  const phone = await newPage(browser);
  await logIn(phone, server, 'lin');
  const cards = (await sent(phone, '/wallet/licences')).items;
  const card = cards.find(({ kind, showable }) => kind.code === CARD && showable);
  await phone.goto(`${server.url}/wallet#card/${card.id}`);
  await phone.click(`a[href="#authorise/${card.id}"]`);
  await phone.waitForSelector('#authorise');
  const options = await phone.locator('#option option').allTextContents();
  await phone.selectOption('#option', { label: options.find((one) => one.includes('云溪市民生事务局') && one.includes('补')) });
  await phone.locator('#seen').filter({ hasText: /住址|地址/ }).waitFor();
  assert.match(await phone.textContent('#seen'), /\*{4}/, 'the number is seen masked');
  assert.deepEqual(await axe(phone), []);
  await phone.fill('#pin', '000000');
  await phone.click('#authorise button[type=submit]');
  await phone.locator('#authorise .problem:not([hidden])').waitFor();
  assert.match(await phone.textContent('#authorise'), /亮证密码错误|还可/);
  await phone.fill('#pin', account(server, 'lin').pin);
  await phone.click('#authorise button[type=submit]');
  await phone.waitForSelector('#given');
  assert.match(await phone.textContent('#given'), /已授权云溪市民生事务局使用/);

  await material(desk, CARD).locator('button').click();
  await material(desk, CARD).locator('.watermark').waitFor();
  assert.match(await material(desk, CARD).textContent(), /已调取/);
  assert.match(await material(desk, CARD).locator('.watermark').textContent(), /仅供云溪市民生事务局.*不得/s);
  await inOrder(desk, 'a material that was fetched');

  await phone.click('a[href="#authorisations"]');
  await phone.waitForSelector('#live li');
  assert.match(await phone.textContent('#live li'), /云溪市民生事务局.*居民身份证.*用途：subsidy/s);
  assert.deepEqual(await axe(phone), []);
  await phone.click('#live button');
  await phone.waitForSelector('#withdrawn');
  await phone.locator('#over').filter({ hasText: '已收回' }).waitFor();
  await goTo(desk, 'cases', '.table');
  await goTo(desk, `cases/${id}`, '#prefill');
  await desk.click('#prefill');
  await material(desk, CARD).waitFor();
  assert.equal(await material(desk, CARD).getAttribute('data-state'), 'refused', 'from the next request on');

  await phone.goto(`${server.url}/wallet#uses`);
  await phone.waitForSelector('#uses li');
  const uses = await phone.locator('#uses li').allTextContents();
  assert.ok(uses.some((one) => /办件调取/.test(one) && /已拒绝/.test(one) && /用途：subsidy/.test(one)), uses.join('\n'));
  assert.ok(uses.some((one) => /办件调取/.test(one) && !/已拒绝/.test(one) && /您的授权/.test(one)), uses.join('\n'));
  assert.deepEqual(await axe(phone), []);
  for (const size of [{ width: 320, height: 568 }, { width: 844, height: 390 }]) {
    await phone.setViewportSize(size);
    const wider = await phone.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(wider, false, `${size.width} px`);
  }

  await goTo(desk, 'uses', '.table');
  assert.match(await desk.textContent('.table'), /居民身份证.*subsidy/s);
  await inOrder(desk, 'uses of the unit');
  await done(phone);
  await done(desk);
});

// Rows: R58.
test('a unit applies for duty sharing, the issuer finds it on its desk and grants it, and the next look is filled', async () => {
  const desk = await atWork(browser, server, 'handler.civ', blocked);
  const checker = await atWork(browser, server, 'checker.psb', blocked);
  await goTo(desk, 'duties', '#new');
  await inOrder(desk, 'duty applications');
  await desk.click('#new');
  await desk.waitForSelector('form');
  const [need, issuer] = await desk.locator('form select').all();
  const options = await need.locator('option').allTextContents();
  await need.selectOption({ label: options.find((one) => one.includes('居民户口簿')) });
  assert.equal(await issuer.inputValue(), '11990100MB0000027F', 'only one unit issues it');
  await desk.fill('form textarea', '核对低保申请人的家庭成员');
  await inOrder(desk, 'a duty application being written');
  await desk.click('form button[type=submit]');
  await desk.waitForSelector('#state');
  assert.equal(await desk.textContent('#state'), '待审核');

  await goTo(checker, 'tasks', '.table');
  await checker.click('a[href^="#duties/"]');
  await checker.waitForSelector('#act-grant');
  assert.match(await checker.textContent('main'), /核对低保申请人的家庭成员/);
  await inOrder(checker, 'a duty application');
  await checker.click('#act-grant');
  await checker.waitForSelector('dialog[open]');
  await checker.locator('dialog[open] button', { hasText: '同意' }).click();
  await checker.locator('#state').filter({ hasText: '已同意' }).waitFor();

  const id = await caseFor(desk);
  await goTo(desk, `cases/${id}`, '#prefill');
  await desk.click('#act-consent');
  const asked = desk.locator('dialog[open]');
  await asked.locator('input').nth(0).fill('2026-1');
  await asked.locator('input').nth(1).fill('签字页 3');
  await asked.getByRole('button', { name: '登记同意' }).click();
  await desk.locator('#said').waitFor();
  await desk.click('#prefill');
  await material(desk, HOUSEHOLD).waitFor();
  assert.notEqual(await material(desk, HOUSEHOLD).getAttribute('data-state'), 'refused', await material(desk, HOUSEHOLD).textContent());
  await done(checker);
  await done(desk);
});

// Rows: R63.
test('three tries out of scope are on the manager’s desk, who looks at them and ends the alarm', async () => {
  const handler = await caller(server, 'handler.civ');
  for (let tried = 0; tried < 3; tried += 1) {
    const asked = { case: 'cas_00000000000000000000000000000000', kind: CARD, purpose: 'subsidy', holder: holder('chen') };
    await assert.rejects(handler('POST', '/fetches', asked), /403.*out-of-scope/s);
  }
  const manager = await atWork(browser, server, 'manager', blocked);
  await goTo(manager, 'tasks', '.table');
  const alarm = manager.locator(`a[href="#uses/${CIVIL}"]`);
  assert.match(await alarm.textContent(), /超范围用证预警 · 云溪市民生事务局（一小时内 3 次）/);
  await inOrder(manager, 'an alarm');
  await alarm.click();
  await manager.locator('.table').filter({ hasText: '已拒绝' }).waitFor();
  assert.match(await manager.textContent('h1'), /云溪市民生事务局：用证记录/);
  await done(manager);
});
