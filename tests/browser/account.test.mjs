/** Account and security: what a holder and a member of staff see and change of their own login. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from './authenticator.mjs';
import { account, axe, done, hasFocus, logIn, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

async function login(page, name, password, code = '') {
  await page.fill('#login', name);
  await page.fill('#password', password);
  if (code) await page.fill('#totp', code);
  await page.click('button[type=submit]');
}

test('a holder sees where he is logged in and ends the other session', async () => {
  const [phone, desk] = [await newPage(browser), await newPage(browser)];
  await logIn(phone, server, 'lin');
  await logIn(desk, server, 'lin');
  await desk.getByRole('link', { name: '账号与安全' }).click();
  await desk.waitForSelector('#sessions li');
  assert.ok((await desk.locator('#sessions li').count()) >= 2);
  assert.equal(await desk.locator('#sessions li', { hasText: '本次登录' }).count(), 1);
  assert.deepEqual(await axe(desk), []);
  await desk.click('#end-others');
  await desk.locator('#done', { hasText: '已退出' }).waitFor();
  assert.equal(await desk.locator('#sessions li').count(), 1);
  assert.equal(await phone.evaluate(async () => (await fetch('/api/v1/me')).status), 401);
  await done(phone);
  await done(desk);
});

test('password and PIN are changed by the old ones, in both languages, and what is wrong stands beside its button', async () => {
  for (const lang of ['zh-CN', 'en']) {
    const page = await newPage(browser, { colorScheme: lang === 'en' ? 'dark' : 'light' });
    const { password, pin } = account(server, 'chen');
    await page.goto(`${server.url}/wallet?lang=${lang}`);
    await login(page, 'chen', password);
    await page.waitForSelector('.card');
    await page.goto(`${server.url}/wallet?lang=${lang}#account`);
    await page.waitForSelector('#pin-panel');
    assert.deepEqual(await axe(page), []);
    await page.fill('#old-pin', pin === '000000' ? '000001' : '000000');
    await page.fill('#new-pin', '135790');
    await page.click('#pin-panel button');
    await page.locator('#pin-panel-problem:not([hidden])').waitFor();
    await page.fill('#old-pin', pin);
    await page.click('#pin-panel button');
    await page.locator('#done:not([hidden])').waitFor();
    await page.fill('#old-pin', '135790');
    await page.fill('#new-pin', pin);
    await page.click('#pin-panel button');
    await page.waitForFunction(() => document.querySelector('#old-pin')?.value === '');
    const next = `changed ${password} once`;
    for (const [from, to] of [[password, next], [next, `${password} back again`]]) {
      await page.fill('#old-password', from);
      await page.fill('#new-password', to);
      await page.click('#password-panel button');
      await page.waitForFunction(() => document.querySelector('#old-password')?.value === '');
      await page.locator('#done:not([hidden])').waitFor();
    }
    account(server, 'chen').password = `${password} back again`;
    await done(page);
  }
});

test('a member of staff sets up an authenticator by keyboard, keeps recovery codes, and logs in with them', async () => {
  const page = await newPage(browser, { viewport: { width: 320, height: 568 } });
  const { password } = account(server, 'inspector.samr');
  await page.goto(`${server.url}/wallet`);
  await login(page, 'inspector.samr', password);
  await page.waitForSelector('#staff');
  await page.getByRole('link', { name: '账号与安全' }).click();
  await page.focus('#totp-password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#totp-secret');
  await page.waitForFunction(() => document.querySelector('.totp-code').complete);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), 'nothing is wider than the screen');
  assert.deepEqual(await axe(page), []);
  const secret = await page.textContent('#totp-secret');
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await page.locator('#totp-panel-problem:not([hidden])').waitFor();
  await page.fill('#totp-code', codeOf(secret));
  await page.keyboard.press('Enter');
  await page.waitForSelector('#recovery');
  assert.deepEqual(await axe(page), []);
  const codes = await page.locator('#recovery code').allTextContents();
  assert.equal(codes.length, 10);
  await page.click('#recovery button');
  await page.locator('#done', { hasText: '已绑定' }).waitFor();

  await page.goto(`${server.url}/wallet`);
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login');
  await login(page, 'inspector.samr', password);
  await page.waitForSelector('#totp:visible');
  await hasFocus(page, 'totp');
  assert.deepEqual(await axe(page), []);
  await page.fill('#totp', codes[0]);
  await page.click('button[type=submit]');
  await page.waitForSelector('#staff');
  await page.getByRole('link', { name: '账号与安全' }).click();
  await page.fill('#totp-code', codes[1]);
  await page.click('#totp-panel button');
  await page.locator('#done', { hasText: '已解除' }).waitFor();
  await done(page);
});

test('who comes back from the identity provider without a session is told why, and where there is none no way to it is shown', async () => {
  for (const [lang, why] of [['zh-CN', /绑定统一身份认证/], ['en', /link the identity/]]) {
    const page = await newPage(browser);
    await page.goto(`${server.url}/wallet?lang=${lang}&login=link-needed`);
    await page.waitForSelector('#why');
    assert.match(await page.textContent('#why'), why);
    assert.equal(await page.isVisible('#oidc'), false);
    assert.deepEqual(await axe(page), []);
    await done(page);
  }
});
