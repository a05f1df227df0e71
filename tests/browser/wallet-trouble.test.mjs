/** What goes wrong outside the page, each told in words of its own: who has to do what, and where the way on is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  account,
  act,
  axe,
  cardFor,
  done,
  hasFocus,
  logIn,
  newPage,
  readScreen,
  serverAndBrowser,
  showCard,
  untilKept,
} from './harness.mjs';

const SCENE = 'hotel.checkin';
const LICENCES = '**/api/v1/wallet/licences';
const { server, browser } = await serverAndBrowser();

/** A page on which a licence of `login` is being shown. */
async function shown(login = 'lin', options = {}, more = {}) {
  const page = await newPage(browser, options);
  await logIn(page, server, login);
  const card = await cardFor(page, more.scene ?? SCENE);
  await showCard(page, server, login, { licence: card.id, scene: SCENE, ...more });
  await readScreen(page);
  return { page, card };
}

const failing = (route, status = 500) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ title: '服务器内部错误', status, code: 'internal', request_id: 'req-4711' }),
  });

test('a browser that drops the session cookie is told why: of http and --tls, or of its settings', async () => {
  for (const [protocol, words] of [['http:', /https.*--tls/], ['https:', /Cookie/]]) {
    const page = await newPage(browser, { serviceWorkers: 'block' });
    // As WebKit does over http: the answer comes, its cookie is gone.
    await page.route('**/api/v1/sessions', async (route) => {
      const response = await route.fetch();
      await page.context().clearCookies();
      const { 'set-cookie': dropped, ...headers } = response.headers();
      assert.ok(dropped);
      await route.fulfill({ response, headers });
    });
    // `location` cannot be made another one; the page's script is given what it would read there.
    await page.route('**/assets/wallet/page.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('location.protocol', `'${protocol}'`) });
    });
    await page.goto(`${server.url}/wallet`);
    await page.fill('#login', 'lin');
    await page.fill('#password', account(server, 'lin').password);
    await page.click('button[type=submit]');
    await page.waitForSelector('#why');
    assert.match(await page.textContent('#why'), words);
    await page.context().clearCookies();
    await done(page);
  }
});

test('a lost session is told; who never was logged in is told nothing', async () => {
  const stranger = await newPage(browser);
  await stranger.goto(`${server.url}/wallet`);
  await stranger.waitForSelector('#login');
  assert.equal(await stranger.locator('#why').count(), 0);
  await done(stranger);

  const { page } = await shown();
  await page.context().clearCookies();
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForSelector('#login');
  assert.match(await page.textContent('#why'), /登录已失效/);
  assert.deepEqual(await axe(page), []);
  await page.reload();
  await page.waitForSelector('#why');
  await logIn(page, server, 'lin');
  assert.equal(await page.locator('#said, #why').count(), 0);
  await done(page);
});

test('a slow server is told of within five seconds; one that stays mute is no missing network', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  let asked = 0;
  await page.route(LICENCES, () => (asked += 1));
  // Measured in the page, from the request on: how long the page takes to load is not what is told.
  await page.addInitScript(() => {
    const { fetch } = globalThis;
    globalThis.fetch = (...given) => {
      if (String(given[0]).endsWith('/wallet/licences')) globalThis.askedAt ??= performance.now();
      return fetch(...given);
    };
    new MutationObserver(() => {
      if (document.querySelector('#slow:not([hidden])')) globalThis.toldAt ??= performance.now();
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.reload();
  await page.locator('#slow').filter({ hasText: '回答得慢' }).waitFor();
  const took = await page.evaluate(() => globalThis.toldAt - globalThis.askedAt);
  assert.ok(took < 5000, `${took} ms`);
  const notice = page.locator('#view .notice').first();
  await notice.waitFor();
  assert.match(await notice.textContent(), /服务器没有回答/);
  assert.doesNotMatch(await page.textContent('#view'), /网络/);
  assert.equal(await page.isVisible('#slow'), false);
  assert.equal(asked, 1);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('button', { name: '重试' }).click();
  await page.waitForSelector('.card');
  await done(page);
});

test('a failing server is told of with the request’s id, and can be asked again', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await page.route(LICENCES, (route) => failing(route));
  await page.reload();
  const notice = page.locator('#view .notice').first();
  await notice.waitFor();
  assert.match(await notice.textContent(), /服务器出错（500）.*请稍后重试.*req-4711/);
  await page.unroute(LICENCES);
  await page.getByRole('button', { name: '重试' }).click();
  await page.waitForSelector('.card');
  await done(page);
});

test('a server that fails during a show is told of at once, with the id, and the show goes on with it', async () => {
  const { page } = await shown();
  await page.route('**/refresh', (route) => failing(route, 502));
  await page.getByRole('button', { name: '刷新' }).click();
  await page.locator('#renewed').filter({ hasText: 'req-4711' }).waitFor();
  assert.ok(await page.isVisible('#qr'), 'the code before it still counts');
  await page.unroute('**/refresh');
  await page.locator('#renewed').filter({ hasText: '二维码已更新' }).waitFor();
  await done(page);
});

test('the code says how long it counts, and never that a screenshot is worthless', async () => {
  for (const [lang, words] of [['zh-CN', /60 秒内有效，请勿截屏转发/], ['en', /valid for 60 s; do not pass on a screenshot/]]) {
    const page = await newPage(browser);
    await logIn(page, server, 'lin');
    await page.goto(`${server.url}/wallet?lang=${lang}`);
    await page.waitForSelector('.card');
    const card = await cardFor(page, SCENE);
    await showCard(page, server, 'lin', { licence: card.id, scene: SCENE });
    await readScreen(page);
    assert.match(await page.textContent('#showing'), words);
    assert.doesNotMatch(await page.textContent('#showing'), /截屏无效|worthless/);
    await done(page);
  }
});

test('after the PIN the code is in view: small, in landscape, and at twice the size', async () => {
  for (const [width, height] of [[320, 568], [375, 553], [568, 320], [844, 390], [195, 422]]) {
    const { page } = await shown('lin', { viewport: { width, height }, deviceScaleFactor: width < 200 ? 4 : 2 });
    await page.waitForSelector('#qr:not([hidden])');
    const box = await page.locator('#qr').evaluate((picture) => picture.getBoundingClientRect().toJSON());
    const inside = box.top >= 0 && box.left >= 0 && box.bottom <= height && box.right <= width;
    assert.ok(inside, `${width}×${height}: ${JSON.stringify(box)}`);
    await done(page);
  }
});

test('when a show has ended the focus is on the PIN; when a card opens it is on its heading', async () => {
  const { page } = await shown();
  await page.getByRole('button', { name: '结束' }).click();
  await page.waitForSelector('#said');
  await hasFocus(page, 'pin');
  await page.goto(`${server.url}/wallet#`);
  await page.click('.card');
  await page.waitForSelector('#pin');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1');
  await done(page);
});

test('a licence suspended while it is shown shows it everywhere: its screen, the list, another tab, offline', async () => {
  const { page, card } = await shown('shanyue', {}, { scene: 'inspect.food', keep: true });
  await untilKept(page);
  const other = await page.context().newPage();
  other.on('pageerror', (error) => page.faults.push(String(error)));
  await other.goto(`${server.url}/wallet`);
  const entry = (tab) => tab.locator(`.cards a[href='#card/${card.id}'] .badge`);
  assert.match(await entry(other).textContent(), /有效/);

  await act(server, 'checker.samr', card.id, 'suspend');
  await page.getByRole('button', { name: '刷新' }).click();
  await page.waitForSelector('#not-showable');
  assert.match(await page.textContent('#said'), /暂停|挂起|暂扣|停用/);
  assert.doesNotMatch(await page.textContent('.face .badge'), /有效/);
  await other.locator(`.cards a[href='#card/${card.id}'] .badge-off`).waitFor();
  await page.goto(`${server.url}/wallet#`);
  await entry(page).waitFor();
  assert.doesNotMatch(await entry(page).textContent(), /有效/);

  await page.route('**/api/**', (route) => route.abort());
  await page.reload();
  await page.locator('#view .notice').first().waitFor();
  assert.equal(await entry(page).count(), 0, 'nor is it offered offline');
  await act(server, 'checker.samr', card.id, 'resume');
  await done(page);
});

test('offline only scenes with a grant are offered', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const { items } = await page.evaluate(async () => (await fetch('/api/v1/wallet/licences')).json());
  const onScreen = (card) => card.scenes.filter(({ medium }) => medium !== 'paper');
  const kept = (card) => onScreen(card).find(({ profiles }) => profiles.includes('S') && profiles.includes('H'));
  const card = items.find((one) => one.showable && onScreen(one).length > 1 && kept(one));
  const scene = kept(card).code;
  await showCard(page, server, 'lin', { licence: card.id, scene, keep: true });
  await untilKept(page);
  await page.route('**/api/**', (route) => route.abort());
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.reload();
  await page.waitForSelector('#pin');
  assert.deepEqual(await page.locator('#scene option').evaluateAll((all) => all.map(({ value }) => value)), [scene]);
  await done(page);
});

test('two tabs share a logout, with and without BroadcastChannel', async () => {
  for (const takeAway of ['', 'delete globalThis.BroadcastChannel']) {
    const page = await newPage(browser);
    await page.context().addInitScript(takeAway);
    await logIn(page, server, 'lin');
    const other = await page.context().newPage();
    await other.goto(`${server.url}/wallet`);
    const card = await cardFor(other, SCENE);
    await showCard(other, server, 'lin', { licence: card.id, scene: SCENE });
    await readScreen(other);
    await page.goto(`${server.url}/wallet#`);
    await page.getByRole('button', { name: '退出' }).click();
    await other.waitForSelector('#login');
    assert.match(await other.textContent('#why'), /另一个页面退出/);
    assert.equal(await other.locator('#qr, .card').count(), 0);
    await page.waitForSelector('#login');
    await logIn(page, server, 'lin');
    await other.waitForSelector('.card');
    await done(page);
  }
});
