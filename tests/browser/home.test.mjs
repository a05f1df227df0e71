/** The landing page: a newcomer of a demo is led to a verdict in three clicks; on any other server it says where things are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { account, axe, done, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();
const { login, password, pin } = account(server, 'lin');
const address = `${server.url}/#demo=${login}:${password}:${pin}`;

/** A page whose windows count the clicks that a person made in them. */
async function newcomer(options = {}) {
  const page = await newPage(browser, { viewport: { width: 1280, height: 800 }, serviceWorkers: 'block', ...options });
  const clicks = [];
  await page.context().exposeFunction('clicked', (what) => void clicks.push(what));
  await page.context().addInitScript(() => addEventListener('click', (event) => event.isTrusted && globalThis.clicked(event.target.textContent), true));
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return { page, clicks };
}

/** The window that `act` opens. */
async function opened(page, act) {
  const [window] = await Promise.all([page.context().waitForEvent('page'), act()]);
  window.faults = [];
  window.on('pageerror', (error) => window.faults.push(String(error)));
  return window;
}

// Rows: R43.
test('from the landing page to a verdict in three clicks, in two windows', async () => {
  const { page, clicks } = await newcomer();
  const wallet = await opened(page, () => page.click('#walk-show'));
  await page.locator('#walk-told', { hasText: '请在那个窗口点' }).waitFor();
  await wallet.waitForFunction(() => document.querySelector('#pin')?.value.length === 6);
  assert.deepEqual(await axe(page), []);
  await wallet.click('#pin ~ button[type=submit]');
  await page.locator('#walk-verify:enabled').waitFor();
  const verifier = await opened(page, () => page.click('#walk-verify'));
  const verdict = verifier.locator('.verdict');
  await verdict.waitFor();
  assert.equal(await verdict.getAttribute('data-code'), 'OK');
  await page.locator('#walk-told', { hasText: '结论在核验窗口里' }).waitFor();
  assert.deepEqual(clicks.map((text) => text.trim()), ['打开钱包', '出示证照', '扫码核验']);
  assert.deepEqual([...wallet.faults, ...verifier.faults], []);

  // Once more, in the windows that are there: another code, another verdict.
  await page.click('#walk-show');
  await page.locator('#walk-told', { hasText: '请在那个窗口点' }).waitFor();
  await wallet.click('#pin ~ button[type=submit]');
  await page.locator('#walk-verify:enabled').waitFor();
  await page.click('#walk-verify');
  await page.locator('#walk-told', { hasText: '结论在核验窗口里' }).waitFor();
  assert.equal(await verifier.locator('.verdict').getAttribute('data-code'), 'OK');
  await done(page);
});

test('who closes the window, or whose browser opens none, is told what to do', async () => {
  const { page } = await newcomer();
  const wallet = await opened(page, () => page.click('#walk-show'));
  await wallet.close();
  await page.locator('#walk-problem', { hasText: '窗口已关闭' }).waitFor();
  assert.equal(await page.isDisabled('#walk-verify'), true);
  await page.evaluate(() => (globalThis.open = () => null));
  await page.click('#walk-show');
  await page.locator('#walk-problem', { hasText: '请允许本页弹出窗口' }).waitFor();
  await done(page);
});

test('another account of the browser is logged out first', async () => {
  const { page } = await newcomer();
  await page.evaluate(async (body) => {
    await fetch('/api/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  }, JSON.stringify({ login: 'chen', password: account(server, 'chen').password }));
  const wallet = await opened(page, () => page.click('#walk-show'));
  await page.locator('#walk-told', { hasText: '请在那个窗口点' }).waitFor();
  const me = await wallet.evaluate(async () => (await fetch('/api/v1/me')).json());
  assert.equal(me.account.login, 'lin');
  await done(page);
});

test('its address is a code for a phone; what a phone needs for it is said', async () => {
  const { page } = await newcomer();
  const code = page.locator('#phone-code');
  await code.waitFor();
  await code.evaluate((image) => image.decode());
  const { data, width, height } = PNG.sync.read(await code.screenshot());
  assert.equal(jsQR(new Uint8ClampedArray(data), width, height)?.data, address);
  assert.match(await page.textContent('.phone-how'), /--tls --bind/);
  await done(page);
});

test('an address that names nobody, or not whole, leads nobody in', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  for (const hash of ['', '#demo=', '#demo=lin:pw', '#demo=lin:pw:12', '#demo=%E0%A4%A', '#else']) {
    await page.goto('about:blank');
    await page.goto(`${server.url}/${hash}`);
    await page.waitForSelector('html[data-ready]');
    assert.equal(await page.locator('#walk').count(), 0, hash);
    assert.equal(await page.locator('.steps li').count(), 3);
  }
  await done(page);
});

test('the way through is whole in both languages, light and dark, at every width', async () => {
  for (const lang of ['zh-CN', 'en']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const viewport of [{ width: 320, height: 568 }, { width: 844, height: 390 }]) {
        const page = await newPage(browser, { colorScheme, viewport, serviceWorkers: 'block' });
        await page.goto(`${server.url}/?lang=${lang}#demo=${login}:${password}:${pin}`);
        await page.waitForSelector('#phone-code');
        assert.deepEqual(await axe(page), [], `${lang} ${colorScheme} ${viewport.width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${lang} ${viewport.width}: ${overflow} px too wide`);
        await done(page);
      }
    }
  }
});
