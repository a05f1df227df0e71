/** At the counter: the holder scans a code and answers on his phone; who has no phone is looked up. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { account, axe, done, logIn, newPage, root, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const CARD = '11100000000013127D001';

/** Sends as the person who is logged in on a page. */
const sent = (page, path, body) =>
  page.evaluate(async ([to, json]) => {
    const answer = await fetch(`/api/v1${to}`, json ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) } : {});
    return answer.json();
  }, [path, body]);

/** Whom the demo invented for this login. */
function holder(login) {
  const { holders } = JSON.parse(readFileSync(join(root, 'assets/demo/people.json'), 'utf8'));
  const { name, type, code } = holders.find((one) => one.login === login);
  return { type: 'natural', name, id_type: type, id_number: code };
}

/** Opens a case of a using unit for the first natural holder, on its screen; its id. */
async function caseFor(desk) {
  const opened = await sent(desk, '/cases', { type: 'using', matter: 'civil.subsidy', holder: holder('lin') });
  assert.ok(opened.id, JSON.stringify(opened));
  await goTo(desk, `cases/${opened.id}`, '#ask-holder');
  return opened.id;
}

/** Asks for the identity card; what the code on the screen says. */
async function codeShown(desk) {
  await desk.click('#ask-holder');
  await desk.waitForSelector('#editor');
  await inOrder(desk, 'choosing what to ask for');
  await desk.getByLabel('居民身份证').check();
  await desk.click('#save');
  await desk.waitForSelector('#counter-code');
  const [, , id, , request] = (await desk.evaluate(() => location.hash)).split(/[#/]/);
  const { qr_text: code } = await sent(desk, `/cases/${id}/requests/${request}`);
  assert.match(code, /^ER1:/);
  return code;
}

/** The holder's phone, with the code pasted where codes are answered. */
async function scanned(phone, code) {
  await phone.goto(`${server.url}/wallet#answer`);
  await phone.waitForSelector('#challenge');
  await phone.fill('#challenge', code);
  await phone.click('form button[type=submit]');
}

async function narrow(page, where) {
  const before = page.viewportSize();
  for (const size of [{ width: 320, height: 568 }, { width: 844, height: 390 }]) {
    await page.setViewportSize(size);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(wider, false, `${where}: ${size.width} px`);
  }
  await page.setViewportSize(before);
}

// Rows: R59, R61, R63.
test('the holder scans the code, sees every field, agrees with the PIN, and the desk has what he gave by itself', async () => {
  const desk = await atWork(browser, server, 'handler.civ', blocked);
  await caseFor(desk);
  const code = await codeShown(desk);
  await inOrder(desk, 'a code on the screen');
  await narrow(desk, 'a code on the screen');
  const [second] = await Promise.all([desk.context().waitForEvent('page'), desk.click('#second')]);
  await second.waitForSelector('.second-screen #counter-code');
  assert.match(await second.textContent('.second-screen'), /云溪市民生事务局请您用「亮证」钱包扫描此码/);
  await inOrder(second, 'the second screen');

  const phone = await newPage(browser);
  await logIn(phone, server, 'lin');
  await scanned(phone, code);
  await phone.waitForSelector('#request');
  assert.match(await phone.textContent('#request'), /云溪市民生事务局请您提供证照.*用途.*subsidy/s);
  assert.match(await phone.textContent('#request .seen ~ section .seen'), /\*{4}/, 'as the other sees it');
  assert.deepEqual(await axe(phone), []);
  await narrow(phone, 'a request');
  await phone.fill('#pin', '000000');
  await phone.click('#agree');
  await phone.locator('#request .problem:not([hidden])').waitFor();
  assert.match(await phone.textContent('#request .problem'), /亮证密码错误|还可/);
  await phone.fill('#pin', account(server, 'lin').pin);
  await phone.click('#agree');
  await phone.waitForSelector('#answered');
  assert.match(await phone.textContent('#answered'), /已提供给云溪市民生事务局/);
  assert.deepEqual(await axe(phone), []);

  await desk.locator('#state[data-state=agreed]').waitFor();
  await desk.locator(`.material[data-kind="${CARD}"] .watermark`).waitFor();
  assert.match(await desk.textContent('.watermark'), /仅供云溪市民生事务局.*不得/s);
  await inOrder(desk, 'what the holder gave');
  await narrow(desk, 'what the holder gave');
  await second.locator('#state[data-state=agreed]').waitFor();
  const facing = await second.textContent('.second-screen');
  assert.match(facing, /您已同意/);
  assert.doesNotMatch(facing, /不得/, 'nothing of it faces the hall');
  await inOrder(second, 'the second screen afterwards');

  // Once: the same code again, and another's phone.
  await scanned(phone, code);
  await phone.waitForSelector('#over');
  assert.match(await phone.textContent('#over'), /已同意|已答复/);
  assert.deepEqual(await axe(phone), []);
  const other = await newPage(browser);
  await logIn(other, server, 'chen');
  await scanned(other, code);
  await other.waitForSelector('#over');
  assert.match(await other.textContent('#over'), /没有这个请求/);
  await phone.goto(`${server.url}/wallet#uses`);
  await phone.waitForSelector('#uses li');
  assert.match(await phone.textContent('#uses li'), /办件调取.*居民身份证.*subsidy/s);
  await done(other);
  await done(phone);
  await done(desk);
});

// Rows: R59, R63.
test('a refusal is told to the desk in English too, and nothing is given; an expired code says what to do', async () => {
  const desk = await atWork(browser, server, 'handler.civ', blocked);
  await caseFor(desk);
  const code = await codeShown(desk);
  await desk.evaluate(() => history.replaceState(null, '', `?lang=en${location.hash}`));
  await desk.reload();
  await desk.waitForSelector('#counter-code');
  await inOrder(desk, 'a code on the screen, in English');
  const phone = await newPage(browser);
  await logIn(phone, server, 'lin');
  await phone.goto(`${server.url}/wallet?lang=en#request/${encodeURIComponent(code)}`);
  await phone.waitForSelector('#request');
  assert.match(await phone.textContent('#request'), /asks for your licences/);
  assert.deepEqual(await axe(phone), []);
  await phone.click('#refuse');
  await phone.waitForSelector('#answered');
  assert.match(await phone.textContent('#answered'), /You did not agree/);
  await desk.locator('#state[data-state=refused]').waitFor();
  assert.match(await desk.textContent('main'), /The holder did not agree: nothing was fetched/);
  await inOrder(desk, 'a refusal');

  // What the server says of one that nobody answered.
  await desk.route('**/api/v1/cases/*/requests/*', async (route) => {
    const answer = await route.fetch();
    const request = await answer.json();
    await route.fulfill({ response: answer, json: { ...request, state: 'expired', state_label: { 'zh-CN': '已过期', en: 'expired' }, answered_at: null } });
  });
  await desk.reload();
  await desk.locator('#state[data-state=expired]').waitFor();
  assert.match(await desk.textContent('main'), /expired without an answer: show a new one/);
  await inOrder(desk, 'an expired code');
  await done(phone);
  await done(desk);
});

// Rows: R70.
test('a clerk looks up a licence for who has no phone, with evidence and a reason, and the holder is told', async () => {
  const desk = await atWork(browser, server, 'maker.psb', blocked);
  const matters = await sent(desk, '/matters?limit=200');
  const own = (await sent(desk, '/me')).membership.unit.id;
  const { code: matter } = matters.items.find(({ unit, type, state }) => unit === own && type === 'issuing' && state === 'published');
  const opened = await sent(desk, '/cases', { type: 'issuing', matter, mode: 'online', holder: holder('lin') });
  assert.ok(opened.id, JSON.stringify(opened));
  await goTo(desk, `cases/${opened.id}`, '#look-up');
  await desk.click('#look-up');
  await desk.waitForSelector('#editor');
  await desk.click('#save');
  await desk.locator('#editor .fault:not([hidden])').first().waitFor();
  await inOrder(desk, 'a look-up with nothing filled in');
  await desk.getByLabel('证照类型').selectOption({ label: '居民身份证' });
  await desk.getByLabel('核对方式').selectOption('photo_compared');
  await desk.getByLabel('理由').fill('老人未带手机，补办证照');
  await desk.click('#save');
  await desk.waitForSelector('#looked-up .watermark');
  assert.match(await desk.textContent('#looked-up'), /\*{4}/, 'it is masked');
  await inOrder(desk, 'what was looked up');
  await narrow(desk, 'what was looked up');
  await desk.emulateMedia({ media: 'print' });
  await desk.locator('#editor').waitFor({ state: 'hidden' });
  await desk.locator('#looked-up .watermark').waitFor({ state: 'visible' });
  await desk.emulateMedia({ media: 'screen' });
  const phone = await newPage(browser);
  await logIn(phone, server, 'lin');
  await phone.goto(`${server.url}/wallet`);
  await phone.locator('#notices').filter({ hasText: '的窗口为您查询了居民身份证' }).waitFor();
  assert.deepEqual(await axe(phone), []);
  await done(phone);
  await done(desk);
});
