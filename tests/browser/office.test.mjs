/** The office's frame: logging in, sections by role, languages, colours, keys, and what is said where something fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from './authenticator.mjs';
import { account, done, hasFocus, logIn, newPage, serverAndBrowser } from './harness.mjs';
import { atWork, enter, goTo, hashOf, inOrder, leap } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };

test('every role of staff finds its sections, unit and name, in both languages and colours, at 320 px and at a desk', async () => {
  const seen = new Set();
  for (const { login, role } of server.demo.accounts.filter((one) => one.role !== 'holder')) {
    if (seen.has(role)) continue;
    const turn = seen.size;
    seen.add(role);
    const lang = turn % 2 ? 'en' : 'zh-CN';
    const page = await atWork(browser, server, login, { ...blocked, lang, colorScheme: turn % 3 ? 'light' : 'dark', viewport: { width: turn % 2 ? 320 : 1280, height: 800 } });
    await page.waitForSelector('#waiting');
    await inOrder(page, `${role} ${lang}`);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    const sections = await page.locator('#nav a').evaluateAll((links) => links.map((link) => link.hash));
    assert.equal(sections[0], '#home');
    assert.equal(sections.includes('#kinds'), role !== 'operator', `${role}: ${sections}`);
    await page.click('.account summary');
    assert.match(await page.textContent('.account-menu'), new RegExp(login));
    await inOrder(page, `${role} menu`);
    await done(page);
  }
  assert.ok(seen.size >= 8, [...seen].join());
});

test('a wrong password is told, a holder without a unit is sent to the wallet, and a wallet’s session is the office’s', async () => {
  const page = await newPage(browser, blocked);
  await page.goto(`${server.url}/office`);
  await page.waitForSelector('#login');
  await inOrder(page, 'login');
  await page.fill('#login', 'maker.samr');
  await page.fill('#password', 'not the password');
  await page.click('button[type=submit]');
  await page.waitForSelector('#problem:not([hidden])');
  await hasFocus(page, 'password');
  await inOrder(page, 'wrong password');
  await logIn(page, server, 'lin');
  await page.goto(`${server.url}/office`);
  await page.waitForSelector('#outside');
  assert.equal(await page.locator("a[href='/wallet']").count(), 1);
  await inOrder(page, 'outside');
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login');
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/me')).status), 401);
  await done(page);
});

test('who has an authenticator is asked for its code beside the password, which stays', async () => {
  const login = 'verifier.hospital';
  const page = await atWork(browser, server, login, blocked);
  const call = (method, path, body) =>
    page.evaluate(
      async ([how, where, what]) => (await fetch(`/api/v1${where}`, { method: how, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) })).json(),
      [method, path, body],
    );
  const { secret } = await call('POST', '/me/totp', { password: account(server, login).password });
  const { recovery_codes: codes } = await call('POST', '/me/totp/confirmation', { code: codeOf(secret) });
  await page.click('.account summary');
  await page.click('#logout');
  await page.fill('#login', login);
  await page.fill('#password', account(server, login).password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#totp', { state: 'visible' });
  await hasFocus(page, 'totp');
  await inOrder(page, 'code asked for');
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#problem:not([hidden])');
  assert.ok(await page.inputValue('#password'));
  await page.fill('#totp', codes[0]);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#nav:not([hidden])');
  await done(page);
});

test('logging out in one tab is told in the other, and a lost session asks for the password and comes back to the screen', async () => {
  const page = await atWork(browser, server, 'checker.samr', blocked);
  await goTo(page, 'kinds', '.table');
  const other = await page.context().newPage();
  await other.goto(`${server.url}/office#scenes`);
  await other.waitForSelector('.table');
  await other.click('.account summary');
  await other.click('#logout');
  await page.waitForSelector('#login');
  await enter(page, server, 'checker.samr');
  await page.waitForSelector('.table');
  assert.equal(await hashOf(page), 'kinds');
  // The session ends behind the page's back.
  await page.evaluate(() => fetch('/api/v1/sessions/current', { method: 'DELETE' }));
  await goTo(page, 'scenes', '#why');
  assert.match(await page.textContent('#why'), /重新登录/);
  await enter(page, server, 'checker.samr');
  await page.waitForSelector('.table');
  assert.equal(await hashOf(page), 'scenes');
  await done(page);
});

test('`?` shows the keys, they lead to the sections, do nothing while somebody types, and can be switched off', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await page.waitForSelector('#waiting');
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
  assert.match(await page.textContent('#help'), /g\s*k\s*证照目录/);
  await inOrder(page, 'help');
  await page.keyboard.press('Escape');
  // A dialog tells a moment later that it is closed; then the focus goes back, and keys count again.
  await page.waitForSelector('#help', { state: 'detached' });
  await leap(page, 'k', '.table');
  await page.keyboard.press('/');
  await page.keyboard.type('gm?n');
  assert.equal(await page.inputValue('#search'), 'gm?n');
  assert.equal(await page.locator('#help').count(), 0);
  assert.equal(await hashOf(page), 'kinds');
  await inOrder(page, 'nothing fits');
  await page.locator('h1').focus();
  await page.keyboard.press('?');
  await page.check('#help input');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#help', { state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  // A key that counts has changed the address by now.
  assert.equal(await hashOf(page), 'kinds');
  await done(page);
});

test('colours follow the device, or the choice made on this browser', async () => {
  const page = await atWork(browser, server, 'manager', { ...blocked, colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.click('.account summary');
  await page.selectOption('#theme', 'dark');
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.waitForSelector('#waiting');
  assert.equal(await ground(), dark);
  await inOrder(page, 'dark by choice');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.click('.account summary');
  await page.selectOption('#theme', 'light');
  assert.equal(await ground(), light);
  await done(page);
});

test('an address that is none, an entry that is none, a server that does not answer: each is said, with a way on', async () => {
  const page = await atWork(browser, server, 'maker.samr', { ...blocked, viewport: { width: 320, height: 700 } });
  await goTo(page, 'nothing/here', 'a.button[href="#home"]');
  await inOrder(page, 'unknown address');
  await goTo(page, 'kinds/11100000MB0143028R999', '#problem');
  assert.match(await page.textContent('#problem'), /未找到/);
  await inOrder(page, 'unknown kind');
  await page.route('**/api/v1/scenes?*', (route) => route.abort());
  await goTo(page, 'scenes', '#problem');
  assert.match(await page.textContent('h1'), /连不上服务器/);
  await inOrder(page, 'no server');
  await page.unroute('**/api/v1/scenes?*');
  await page.getByRole('button', { name: '重试' }).click();
  await page.waitForSelector('.table');
  await done(page);
});

test('without a network the office opens from its copy and says what helps; with one it goes on by itself', async () => {
  const page = await atWork(browser, server, 'maker.samr');
  await page.waitForSelector('html[data-ready=offline]');
  await page.evaluate(() => navigator.locks.request('shell-', () => undefined));
  await page.reload();
  await page.waitForSelector('#waiting');
  await page.context().setOffline(true);
  await page.waitForSelector('#away:not([hidden])');
  await page.reload();
  await page.waitForSelector('#problem');
  assert.match(await page.textContent('#problem'), /连不上服务器/);
  await inOrder(page, 'offline');
  await page.context().setOffline(false);
  await page.waitForSelector('#waiting');
  assert.equal(await page.locator('#away:not([hidden])').count(), 0);
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json());
  assert.equal(manifest.start_url, '/office');
  await done(page);
});

test('keys and lists say that they are in order, for how long, and hold no secret', async () => {
  for (const [lang, width] of [['zh-CN', 1280], ['en', 320]]) {
    const page = await atWork(browser, server, 'operator', { ...blocked, lang, viewport: { width, height: 800 } });
    await goTo(page, 'keys', '#publication');
    assert.match(await page.textContent('#publication'), lang === 'en' ? /In order/ : /运行正常/);
    assert.ok((await page.locator('.table tbody tr').count()) >= 4);
    await inOrder(page, `keys ${lang}`);
    await done(page);
  }
});

test('what is typed as a name is shown as text, and the password field keeps nothing', async () => {
  assert.ok(account(server, 'maker.samr').password);
  const page = await newPage(browser, blocked);
  await page.goto(`${server.url}/office`);
  await page.fill('#login', '<img src=x onerror=alert(1)>');
  await page.fill('#password', 'x');
  await page.click('button[type=submit]');
  await page.waitForSelector('#problem:not([hidden])');
  assert.equal(await page.locator('main img').count(), 0);
  assert.equal(await page.inputValue('#password'), '');
  await done(page);
});
