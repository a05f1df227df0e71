/** A member of a unit at the wallet's login: a page that fits them, and the way out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, axe, cardFor, done, logIn, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

/** A page on which `login`, who is no holder, has logged in. */
async function staffPage(login, options = {}) {
  const { lang = 'zh-CN', ...more } = options;
  const page = await newPage(browser, more);
  await page.goto(`${server.url}/wallet?lang=${lang}`);
  await page.fill('#login', login);
  await page.fill('#password', account(server, login).password);
  await page.click('button[type=submit]');
  await page.waitForSelector('#staff');
  return page;
}

test('an inspector sees who is logged in, for which unit, and the way to the verifier', async () => {
  for (const [lang, colorScheme] of [['zh-CN', 'light'], ['zh-CN', 'dark'], ['en', 'light'], ['en', 'dark']]) {
    const page = await staffPage('inspector.samr', { lang, colorScheme });
    const unit = lang === 'en' ? 'Yunxi Administration for Market Regulation' : '云溪市市场监督管理局';
    await page.locator('#staff').filter({ hasText: unit }).waitFor();
    const said = await page.textContent('#staff');
    for (const words of ['方检查', 'inspector.samr', lang === 'en' ? 'Inspector' : '检查人员']) assert.ok(said.includes(words), said);
    assert.deepEqual(await axe(page), []);
    await page.click("a[href='/verify']");
    await page.waitForURL(`${server.url}/verify`);
    await done(page);
  }
});

test('every role of staff has words, and nobody is shown an error', async () => {
  const staff = server.demo.accounts.filter(({ role }) => role !== 'holder');
  const seen = new Set();
  for (const { login, role } of staff) {
    if (seen.has(role)) continue;
    seen.add(role);
    const page = await staffPage(login);
    assert.doesNotMatch(await page.textContent('#view'), /role\./, role);
    assert.equal(await page.locator('.problem:not([hidden])').count(), 0, role);
    assert.equal(await page.locator("a[href='/office']").count(), 1, role);
    await done(page);
  }
  assert.ok(seen.size >= 8, [...seen].join());
});

test('the page is still theirs after a reload, and logging out ends the session and forgets them', async () => {
  const page = await staffPage('handler.civ');
  await page.reload();
  await page.waitForSelector('#staff');
  assert.match(await page.textContent('#staff'), /田经办/);
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login');
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/wallet/licences')).status), 401);
  await page.reload();
  await page.waitForSelector('#login');
  assert.doesNotMatch(await page.textContent('body'), /田经办/);
  await done(page);
});

test('where another page logged in the server says who it is, and there is the way out', async () => {
  const page = await newPage(browser);
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#login');
  const { password } = account(server, 'verifier.hotel');
  await page.evaluate(
    ([login, secret]) =>
      fetch('/api/v1/sessions', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ login, password: secret }),
      }),
    ['verifier.hotel', password],
  );
  await page.reload();
  await page.locator('#staff').filter({ hasText: 'verifier.hotel' }).waitFor();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login');
  await done(page);
});

test('a holder who logs in after them on the same device gets the wallet', async () => {
  const page = await staffPage('inspector.samr');
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForSelector('#login');
  await logIn(page, server, 'lin');
  assert.ok(await cardFor(page, 'hotel.checkin'));
  assert.equal(await page.locator('#staff').count(), 0);
  await done(page);
});
