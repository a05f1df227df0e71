/** What keeps lists from being fresh, on the page and in the element: told for what it is, and no more kept back than must be. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judgeText, newPage, showing } from './harness.mjs';
import { close, heard, startSite, verify } from './host.mjs';

const SCENE = 'hotel.checkin';
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>`;
const DAY = 86_400_000;
let site;
let server;
let shown;

before(async () => {
  site = await startSite();
  ({ server } = site);
  shown = await showing(server, 'lin', SCENE);
});

after(() => site?.stop());

/** The server names these lists too, before its own: one it does not have, one that is another's, one that never comes. */
async function withBadLists(page) {
  const names = ['gone', 'false', 'mute'].map((name) => `${server.url}/status-lists/${name}`);
  await page.route(`${server.url}/status-lists`, async (route) => {
    const response = await route.fetch();
    const { status_lists: lists } = await response.json();
    await route.fulfill({ response, json: { status_lists: [...names, ...lists] } });
  });
  await page.route('**/status-lists/false', async (route) => {
    const { status_lists: lists } = await (await fetch(`${server.url}/status-lists`)).json();
    const response = await route.fetch({ url: lists[0] });
    await route.fulfill({ response });
  });
  await page.route('**/status-lists/mute', (route) => route.abort('timedout'));
}

const BAD = [/status-lists\/gone.*服务器答复 404/, /status-lists\/false/, /status-lists\/mute.*没有应答/];

/** The page, opened as given, when it has something to say of its first sync. */
async function openVerify(prepare) {
  const page = await newPage(site.browser, { serviceWorkers: 'block' });
  await prepare(page);
  await page.goto(`${server.url}/verify`);
  await page.waitForFunction(() => document.querySelector('.notice')?.textContent);
  return page;
}

async function judge(page, text) {
  return (await judgeText(page, text)).getAttribute('data-code');
}

test('a bad status list keeps no other from being fetched, and is named', async () => {
  const page = await openVerify(withBadLists);
  const notice = await page.textContent('.notice');
  for (const bad of BAD) assert.match(notice, bad);
  assert.equal(await judge(page, await shown.next()), 'OK');
  assert.deepEqual(page.faults, []);
  await page.context().close();

  const host = await site.open('', { ready: false });
  await withBadLists(host);
  await host.evaluate((html) => {
    const element = document.createElement('template');
    element.innerHTML = html;
    document.querySelector('main').append(element.content);
  }, ELEMENT);
  await heard(host, 'ready');
  const told = await host.locator('#a .notice').textContent();
  for (const bad of BAD) assert.match(told, bad);
  assert.equal((await verify(host, await shown.next()))[0].code, 'OK');
  await close(host);
});

test('a server that answers and says no is not called a missing network', async () => {
  const host = await site.open(ELEMENT);
  await host.route('**/.well-known/catalogue', (route) => route.fulfill({ status: 503 }));
  await host.reload();
  await heard(host, 'ready');
  assert.match(await host.locator('#a .notice').textContent(), /服务器答复 503/);
  assert.equal((await verify(host, await shown.next()))[0].code, 'OK');
  await close(host);
});

test('a device whose clock is wrong is told so, by how much, and not to go online', async () => {
  for (const [days, words] of [
    [40, /本机时间快了 (39|40) 天/],
    [-40, /本机时间慢了 (39|40) 天/],
  ]) {
    const time = Date.now() + days * DAY;
    const page = await openVerify((one) => one.clock.install({ time }));
    assert.match(await page.textContent('.notice'), words);
    await page.click('#open-paste');
    await page.fill('#code', await shown.next());
    await page.click('#paste-form button[type=submit]');
    await page.waitForTimeout(500);
    const notice = await page.textContent('.notice');
    assert.match(notice, words, 'it stays');
    assert.doesNotMatch(notice, /联网|没有网络/);
    assert.equal(await page.locator('.verdict[data-verdict=valid]').count(), 0);
    await page.context().close();

    const host = await site.open('', { ready: false });
    await host.clock.install({ time });
    await host.evaluate(() => {
      const element = document.createElement('licence-verifier');
      element.id = 'a';
      document.querySelector('main').append(element);
    });
    await host.locator('#a .notice').filter({ hasText: words }).waitFor();
    assert.doesNotMatch(await host.locator('#a section').textContent(), /请联网|没有网络/);
    await close(host);
  }
  // With lists from before, each verdict it makes says so in place of what to do otherwise.
  const kept = await site.open(ELEMENT);
  await kept.clock.install({ time: Date.now() + 40 * DAY });
  await kept.reload();
  await heard(kept, 'ready');
  assert.notEqual((await verify(kept, await shown.next()))[0].verdict, 'valid');
  const card = await kept.locator('#a .verdict-head').textContent();
  assert.match(card, /本机时间快了 (39|40) 天/);
  assert.doesNotMatch(card, /联网|刷新/);
  await close(kept);

  // Set right, it is forgotten.
  const page = await openVerify(async (one) => {
    await one.clock.install({ time: Date.now() + 2 * 3_600_000 });
  });
  assert.match(await page.textContent('.notice'), /本机时间快了/);
  await page.clock.setSystemTime(Date.now());
  await page.getByRole('button', { name: '更新名单' }).click();
  await page.waitForFunction(() => document.querySelector('.notice').textContent === '');
  assert.equal(await judge(page, await shown.next()), 'OK');
  await page.context().close();
});
