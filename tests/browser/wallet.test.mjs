/** The wallet online: the code and its countdown, and every state it can come to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  account,
  act,
  axe,
  cardFor,
  done,
  eventually,
  judgeText,
  logIn,
  newPage,
  nextSecond,
  now,
  readScreen,
  serverAndBrowser,
  setHidden,
  showCard,
  verifierFor,
} from './harness.mjs';

const SCENE = 'hotel.checkin';
const { server, browser } = await serverAndBrowser();

/** A page on which `login` shows a licence. */
async function shown(login = 'lin', options = {}) {
  const page = await newPage(browser);
  await logIn(page, server, login);
  const card = await cardFor(page, SCENE);
  await showCard(page, server, login, { licence: card.id, scene: SCENE, ...options });
  await page.waitForSelector('#qr:not([hidden])');
  return { page, card };
}

test('a wrong password is told, and nothing is shown', async () => {
  const page = await newPage(browser);
  await page.goto(`${server.url}/wallet`);
  await page.fill('#login', 'lin');
  await page.fill('#password', 'not the password');
  await page.click('button[type=submit]');
  await page.waitForSelector('.problem:not([hidden])');
  assert.equal(await page.locator('.card').count(), 0);
  assert.deepEqual(await axe(page), []);
  await done(page);
});

test('the page holds no session token, in Chinese and in English', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  assert.match(await page.textContent('h1'), /我的证照/);
  assert.equal(await page.evaluate(() => document.cookie), '');
  const cookies = await page.context().cookies();
  const session = cookies.find(({ name }) => name.startsWith('__Host-'));
  assert.ok(session.httpOnly && session.secure && session.sameSite === 'Strict', JSON.stringify(session));
  assert.deepEqual(await axe(page), []);
  await page.goto(`${server.url}/wallet?lang=en`);
  await page.waitForSelector('.card');
  assert.match(await page.textContent('h1'), /My licences/);
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await done(page);
});

test('the code on the screen verifies as valid, and the card says beforehand what will be seen', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.selectOption('#scene', SCENE);
  const promised = await page.locator('.seen dd').allTextContents();
  assert.deepEqual(await axe(page), []);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  const text = await readScreen(page);
  const verdict = (await verifierFor(server)).verify(text, { now: now(), scene: SCENE });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.profile, 'S');
  assert.deepEqual(verdict.licence.fields.map(({ value }) => value), promised);
  assert.equal(await page.getAttribute('.timer', 'role'), 'timer');
  assert.deepEqual(await axe(page), []);
  await done(page);
});

test('the code is replaced by the next one before it dies', { timeout: 120_000 }, async () => {
  const { page } = await shown();
  const first = await readScreen(page);
  const { exp } = (await verifierFor(server)).verify(first, { now: now() }).token;
  let text = first;
  while (text === first && now() < exp) {
    await page.waitForTimeout(500);
    text = await readScreen(page);
  }
  assert.notEqual(text, first, 'a new code came while the old one was alive');
  assert.equal((await verifierFor(server)).verify(text, { now: now() }).verdict, 'valid');
  await done(page);
});

test('刷新 makes a new code at once', async () => {
  const { page } = await shown();
  const first = await readScreen(page);
  await nextSecond();
  const drawn = await page.getAttribute('#qr', 'src');
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForFunction((before) => document.querySelector('#qr').src !== before, drawn);
  assert.notEqual(await readScreen(page), first);
  await done(page);
});

test('without the wallet module the server draws the code', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.route('**/assets/wasm/wallet*', (route) => route.abort());
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  const text = await readScreen(page);
  assert.match(await page.getAttribute('#qr', 'src'), /^blob:/);
  assert.equal((await verifierFor(server)).verify(text, { now: now() }).verdict, 'valid');
  await done(page);
});

test('a page in the background shows no code; coming back shows one', async () => {
  const { page } = await shown();
  await setHidden(page, true);
  await page.waitForSelector('#qr', { state: 'hidden' });
  assert.match(await page.textContent('#veil'), /后台/);
  assert.equal(await page.getAttribute('#qr', 'src'), null);
  await setHidden(page, false);
  assert.match(await readScreen(page), /^EL1:/);
  await done(page);
});

test('a code appears when its picture is ready to be seen, and not once the page went into the background', async () => {
  const page = await newPage(browser);
  // A slow phone: pictures are ready when the test says so.
  await page.addInitScript(() => {
    const { decode } = HTMLImageElement.prototype;
    let ready;
    const told = new Promise((resolve) => (ready = resolve));
    globalThis.picturesReady = ready;
    HTMLImageElement.prototype.decode = function () {
      globalThis.decoding = true;
      return told.then(() => decode.call(this));
    };
  });
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  await page.waitForFunction(() => globalThis.decoding);
  assert.ok(await page.isHidden('#qr'), 'not before its picture');
  await setHidden(page, true);
  await page.evaluate(() => globalThis.picturesReady());
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  assert.ok(await page.isHidden('#qr'), 'not in the background');
  assert.equal(await page.getAttribute('#qr', 'src'), null);
  await setHidden(page, false);
  assert.match(await readScreen(page), /^EL1:/);
  await done(page);
});

test('the picture of the server that does not come is no code: the page says so, and asks again', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.route('**/assets/wasm/wallet*', (route) => route.abort());
  let asked = 0;
  await page.route('**/api/v1/wallet/shows/*.svg', (route) => (++asked === 1 ? route.abort() : route.continue()));
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  assert.match(await readScreen(page), /^EL1:/);
  assert.equal(asked, 2);
  await done(page);
});

test('with no network the code is hidden when it dies, with words, and comes back with the network', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  await page.waitForSelector('#qr:not([hidden])');
  await page.context().setOffline(true);
  // By the fake clock, which goes on by itself meanwhile: less than a code's life on any machine.
  await page.clock.runFor(20_000);
  assert.ok(await page.isVisible('#qr'), 'it lives');
  await page.clock.runFor(41_000);
  await page.waitForSelector('#qr', { state: 'hidden' });
  // Where the clock ran on by more than a request is waited for, that one failed for lack of an answer; not so the next.
  await eventually(async () => assert.equal(await page.textContent('#veil'), '连不上服务器，暂时无法更新。请检查网络，正在重试…'));
  assert.ok(await page.isVisible('#veil'));
  assert.equal(await page.getAttribute('#qr', 'src'), null);
  assert.deepEqual(await axe(page), []);
  await page.context().setOffline(false);
  // Its next try, by the clock as it goes: one that jumps while answers come would be taken for one that was set.
  await page.waitForSelector('#qr:not([hidden])');
  assert.match(await readScreen(page), /^EL1:/);
  await done(page);
});

test('410: when the show has been ended elsewhere the PIN is asked for again', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const card = await cardFor(page, SCENE);
  const opened = page.waitForResponse((response) => response.url().endsWith('/show'));
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  const { show } = await (await opened).json();
  await page.waitForSelector('#qr:not([hidden])');
  await page.evaluate((id) => fetch(`/api/v1/wallet/shows/${id}`, { method: 'DELETE' }), show);
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForSelector('#said');
  assert.match(await page.textContent('#said'), /再次输入亮证密码/);
  assert.ok(await page.isVisible('#pin'));
  assert.equal(await page.locator('#qr').count(), 0);
  await done(page);
});

test('409: a licence suspended while it is shown disappears at once, with the reason', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'shanyue');
  const card = await cardFor(page, 'inspect.food');
  await showCard(page, server, 'shanyue', { licence: card.id, scene: 'inspect.food' });
  await page.waitForSelector('#qr:not([hidden])');
  await act(server, 'checker.samr', card.id, 'suspend');
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForSelector('#qr', { state: 'detached' });
  assert.match(await page.textContent('#said'), /暂停|挂起|暂扣|停用/);
  await page.waitForSelector('#not-showable');
  assert.equal(await page.locator('#pin').count(), 0);
  await page.reload();
  await page.waitForSelector('#not-showable');
  assert.deepEqual(await axe(page), []);
  await act(server, 'checker.samr', card.id, 'resume');
  await done(page);
});

test('401: when the session has ended the page asks to log in', async () => {
  const { page } = await shown();
  await page.context().clearCookies();
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForSelector('#login');
  assert.equal(await page.locator('#qr').count(), 0);
  await done(page);
});

test('429: after five wrong PINs the button stays shut and says how long', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'wu');
  const card = await cardFor(page, SCENE).then((found) => found ?? cardFor(page, 'hospital.visit'));
  const scene = card.scenes[0].code;
  const wrong = account(server, 'wu').pin === '000000' ? '000001' : '000000';
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const answered = page.waitForResponse((response) => response.url().endsWith('/show'));
    await showCard(page, server, 'wu', { licence: card.id, scene, pin: wrong });
    if ((await answered).status() === 429) break;
    await page.waitForSelector('#problem:not([hidden])');
    await page.waitForSelector('button[type=submit]:enabled');
  }
  await page.waitForSelector('button[type=submit]:disabled');
  assert.match(await page.textContent('button[type=submit]'), /请等待 \d+ 秒/);
  assert.deepEqual(await axe(page), []);
  await done(page);
});

test('a phone whose clock is two minutes ahead is told so, and its code still dies by the server’s clock', async () => {
  const page = await newPage(browser);
  await page.clock.install({ time: Date.now() + 120_000 });
  await logIn(page, server, 'lin');
  await page.clock.runFor(2_000);
  await page.waitForSelector('#clock:not([hidden])');
  assert.match(await page.textContent('#clock'), /本机时间偏差 1[12]\d 秒/);
  const card = await cardFor(page, SCENE);
  await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
  // By the phone's own clock the code would be dead already, and none would be counted.
  await page.waitForSelector('#qr:not([hidden])');
  const left = Number(await page.locator('.ring-seconds').filter({ hasText: /\d/ }).textContent());
  assert.ok(left > 0 && left <= 60, `counts ${left} s`);
  assert.deepEqual(await axe(page), []);
  await done(page);
});

test('a licence that cannot be shown has no code, but a reason', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'chen');
  const seized = server.demo.licences.find(({ holder, status }) => holder === 'chen' && status === 'SEIZED');
  await page.goto(`${server.url}/wallet#card/${seized.id}`);
  await page.waitForSelector('#not-showable');
  assert.equal(await page.locator('#pin').count(), 0);
  assert.deepEqual(await axe(page), []);
  await done(page);
});

test('in the dark every screen keeps its contrast, and the code stays black on white', async () => {
  const page = await newPage(browser, { colorScheme: 'dark' });
  await logIn(page, server, 'chen');
  assert.deepEqual(await axe(page), [], 'cards, some of which cannot be shown');
  const card = await cardFor(page, SCENE);
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.waitForSelector('#pin');
  assert.deepEqual(await axe(page), [], 'card');
  await showCard(page, server, 'chen', { licence: card.id, scene: SCENE });
  const text = await readScreen(page);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.code')).backgroundColor), 'rgb(255, 255, 255)');
  assert.deepEqual(await axe(page), [], 'code');
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  await judgeText(page, text);
  await page.waitForSelector('.verdict[data-verdict=valid]');
  assert.deepEqual(await axe(page), [], 'verdict');
  await done(page);
});

test('nothing scrolls sideways at 320 px, in either language', async () => {
  for (const lang of ['zh-CN', 'en']) {
    const page = await newPage(browser, { viewport: { width: 320, height: 640 } });
    await logIn(page, server, 'lin');
    const card = await cardFor(page, SCENE);
    for (const [address, shows] of [['', '.card'], [`#card/${card.id}`, '#pin'], ['#answer', '#challenge']]) {
      await page.goto(`${server.url}/wallet?lang=${lang}${address}`);
      await page.waitForSelector(shows);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${lang} ${address}: ${overflow} px too wide`);
    }
    await done(page);
  }
});
