/** What staff scan leaves a record: kept without a network, handed in once; what they doubt is somebody's task; short codes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, axe, caller, done, eventually, judgeText, newPage, logIn, serverAndBrowser, showCard, showing } from './harness.mjs';
import { enter } from './office-hands.mjs';

const SCENE = 'inspect.food';
const KIND = '食品经营许可证';
const { server, browser } = await serverAndBrowser();

/** The page, with the inspector logged in. */
async function atDesk() {
  const page = await newPage(browser);
  await page.goto(`${server.url}/office?lang=zh-CN`);
  await enter(page, server, 'inspector.samr');
  page.sent = [];
  page.on('response', async (response) => {
    if (response.request().method() !== 'POST' || !response.url().endsWith('/api/v1/scans') || response.status() !== 200) return;
    page.sent.push(...JSON.parse(response.request().postData()).scans);
  });
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready=offline]');
  await page.waitForSelector('#open-short');
  await page.selectOption('#scene', SCENE);
  return page;
}

const tally = (page, words) => page.locator('#tally').filter({ hasText: words }).waitFor();

// Rows: R48, R61.
test('receipts are kept without a network and over a reload, and handed in once, with what was noted', async () => {
  const shown = await showing(server, 'shanyue', SCENE, KIND);
  const page = await atDesk();
  await tally(page, /今日 0 次$/);
  await page.context().setOffline(true);
  const doubted = await judgeText(page, shown.first);
  assert.equal(await doubted.getAttribute('data-code'), 'OK');
  await page.check('.compared');
  await page.click('.doubts summary');
  await page.click('.doubts button[type=submit]');
  await page.getByText('请先写明疑点').waitFor();
  await page.fill('.doubt', '招牌与证照上的名称不同');
  await page.click('.doubts button[type=submit]');
  await page.getByText('已记下').waitFor();
  assert.deepEqual(await axe(page), []);
  await tally(page, /今日 1 次 · 待上传 1$/);
  const second = await shown.next();
  await judgeText(page, second);

  // Loaded anew with the second still on the screen: nothing is lost, and it is not accepted again.
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  await tally(page, /今日 2 次 · 待上传 2$/);
  assert.equal(await (await judgeText(page, second)).getAttribute('data-code'), 'E_REPLAY');
  await page.click('#next');
  await tally(page, /待上传 3$/);
  assert.deepEqual(page.sent, []);

  await page.context().setOffline(false);
  await tally(page, /今日 3 次$/);
  await eventually(() => assert.deepEqual(page.sent.map(({ code }) => code).toSorted(), ['E_REPLAY', 'OK', 'OK']));
  assert.equal(new Set(page.sent.map(({ id }) => id)).size, 3);
  assert.deepEqual(page.sent.filter(({ doubt }) => doubt).map(({ compared, doubt }) => [compared, doubt]), [[true, '招牌与证照上的名称不同']]);
  assert.ok(page.sent.every(({ licence, scene, logged }) => licence === shown.card.identifier && scene === SCENE && logged === false));
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  await page.waitForTimeout(500);
  assert.equal(page.sent.length, 3, 'each once');

  // The holder sees the uses, and the unit that issued the licence has a task.
  const { items: uses } = await (await caller(server, 'shanyue'))('GET', '/wallet/uses?limit=10');
  assert.equal(uses.filter(({ kind, offline }) => kind === 'verify' && offline).length, 3);
  const issuing = server.demo.accounts.find(({ role, unit }) => role === 'issuer_checker' && unit === account(server, 'inspector.samr').unit);
  const { items: tasks } = await (await caller(server, issuing.login))('GET', '/tasks?kind=doubt');
  assert.deepEqual(tasks.map(({ doubt }) => [doubt.said, doubt.licence]), [['招牌与证照上的名称不同', shown.card.identifier]]);
  const desk = await newPage(browser);
  await desk.goto(`${server.url}/office?lang=zh-CN#tasks`);
  await enter(desk, server, issuing.login);
  await desk.goto(`${server.url}/office#tasks`);
  const row = desk.locator('#found tr').filter({ hasText: `招牌与证照上的名称不同（证照 ${shown.card.identifier}` });
  await row.getByRole('button', { name: /^办结/ }).click();
  await desk.locator('dialog textarea').fill('已到现场核对');
  await desk.locator('dialog').getByRole('button', { name: '办结' }).click();
  await row.waitFor({ state: 'detached' });
  await done(desk);
  await done(page);
});

test('with a network they go as soon as the result has left the screen; of anybody else nothing is kept', async () => {
  const shown = await showing(server, 'shanyue', SCENE, KIND);
  const page = await atDesk();
  await judgeText(page, shown.first);
  await tally(page, /待上传 1$/);
  await page.waitForTimeout(300);
  assert.deepEqual(page.sent, [], 'what is on the screen may still be noted upon');
  await page.check('.compared');
  await page.click('#next');
  await tally(page, /今日 \d+ 次$/);
  await eventually(() => assert.deepEqual(page.sent.map(({ compared }) => compared), [true]));
  await done(page);

  const anybody = await newPage(browser);
  await anybody.goto(`${server.url}/verify`);
  await anybody.waitForSelector('html[data-ready]');
  await anybody.getByRole('link', { name: '检查人员登录' }).waitFor();
  await judgeText(anybody, await shown.next());
  assert.equal(await anybody.locator('.notes').count(), 0);
  await tally(anybody, /今日 1 次$/);
  await done(anybody);
});

test('one that the server does not take keeps no other from being handed in, and is told of', async () => {
  const shown = await showing(server, 'shanyue', SCENE, KIND);
  const page = await atDesk();
  await page.context().setOffline(true);
  for (const code of [shown.first, await shown.next()]) await judgeText(page, code);
  await page.click('#next');
  await page.evaluate(async () => {
    const { openStore } = await import('/assets/shared/store.js');
    const store = await openStore('lz-verify');
    const [first] = await store.all('receipt ');
    // As by a clock that was a day ahead.
    first.body.at += 86_400;
    await store.set(`receipt ${first.body.id}`, first);
  });
  await page.context().setOffline(false);
  await tally(page, /今日 2 次 · 1 条记录未被服务器接收/);
  await eventually(() => assert.equal(page.sent.length, 1));
  await done(page);
});

// Rows: R45.
test('a short code from the wallet is verified once by staff, and by nobody else', async () => {
  const wallet = await newPage(browser);
  await logIn(wallet, server, 'shanyue');
  const { items } = await (await caller(server, 'shanyue'))('GET', '/wallet/licences');
  const card = items.find(({ showable, cautions, scenes }) => showable && cautions.length === 0 && scenes.some(({ code }) => code === SCENE));
  await showCard(wallet, server, 'shanyue', { licence: card.id, scene: SCENE });
  const read = async () => {
    await wallet.click('#get-short-code');
    // What was there before goes first.
    await wallet.locator('#short-code span').first().waitFor();
    return wallet.locator('#short-code [aria-hidden]').textContent();
  };
  const first = await read();
  assert.match(first, /^\d{4} \d{4}$/);
  assert.match(await wallet.textContent('.short'), /\d+ 秒内有效/);
  for (const [width, height] of [[320, 568], [844, 390], [390, 844]]) {
    await wallet.setViewportSize({ width, height });
    for (const colorScheme of ['dark', 'light']) {
      await wallet.emulateMedia({ colorScheme });
      assert.deepEqual(await axe(wallet), [], `${width} ${colorScheme}`);
    }
    assert.ok((await wallet.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${width}`);
    if (process.env.LZ_TEST_SHOTS) {
      await wallet.locator('.short').scrollIntoViewIfNeeded();
      await wallet.screenshot({ path: `${process.env.LZ_TEST_SHOTS}/short_${width}.png` });
    }
  }

  const page = await atDesk();
  const ask = async (text) => {
    await page.click('#open-short');
    await page.fill('#digits', text);
    await page.keyboard.press('Enter');
  };
  await ask('1234');
  await page.locator('.notice').filter({ hasText: '8 位数字' }).waitFor();
  await page.click('#open-short');
  // A fresh one, which counts for a minute: what was done since the first may have taken longer.
  const digits = await read();
  await ask(digits);
  const verdict = page.locator('.verdict[data-code=OK]');
  await verdict.waitFor();
  assert.ok((await verdict.textContent()).includes(card.identifier));
  await page.waitForFunction(() => document.activeElement?.matches('.verdict h2'));
  assert.deepEqual(await axe(page), []);
  await page.check('.compared');
  await page.click('#next');
  await tally(page, /今日 \d+ 次$/);
  await eventually(() => assert.deepEqual(page.sent.map(({ compared, logged }) => [compared, logged]), [[true, true]]));
  await page.waitForSelector('#open-short');
  await ask(digits);
  await page.locator('.notice').filter({ hasText: '没有这个短码' }).waitFor();
  assert.equal(await page.inputValue('#digits'), digits, 'it can be compared');

  // Left alone it goes by itself, and so it does while nobody looks.
  await wallet.click('#get-short-code');
  await wallet.locator('#short-code span').first().waitFor();
  await wallet.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await wallet.waitForFunction(() => document.querySelector('#short-code').textContent === '');
  await done(page);
  await done(wallet);
});
