/** The verifier's page: what it says of good, late, forged and foreign codes, with and without a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, cardFor, judgeText, logIn, newPage, readScreen, serverAndBrowser, showCard } from './harness.mjs';

const SCENE = 'hotel.checkin';
const CHECKS = ['form', 'signature', 'issuer', 'time', 'replay', 'scene', 'status', 'dates', 'notices', 'holder', 'clock'];
const { server, browser } = await serverAndBrowser();
const wallet = await newPage(browser);
await logIn(wallet, server, 'lin');

/** A fresh code of lin's, and the picture of it on the phone's screen. */
async function freshCode() {
  const card = await cardFor(wallet, SCENE);
  await wallet.goto('about:blank');
  await showCard(wallet, server, 'lin', { licence: card.id, scene: SCENE });
  const text = await readScreen(wallet);
  return { text, picture: await wallet.locator('.code').screenshot(), card };
}

async function openVerify(options = {}) {
  const page = await newPage(browser);
  if (options.clock) await page.clock.install(options.clock);
  await page.goto(`${server.url}/verify${options.query ?? ''}`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

async function judge(page, text) {
  await judgeText(page, text);
  return drawn(page);
}

/** The verdict as drawn. */
async function drawn(page) {
  await page.waitForSelector('.verdict');
  return page.evaluate(() => {
    const card = document.querySelector('.verdict');
    return {
      verdict: card.dataset.verdict,
      code: card.dataset.code,
      tone: card.dataset.tone,
      title: card.querySelector('h2').textContent,
      role: card.querySelector('.verdict-head').getAttribute('role'),
      focused: document.activeElement === card.querySelector('h2'),
      checks: [...card.querySelectorAll('[data-check]')].map(({ dataset }) => [dataset.check, dataset.result]),
      licence: card.querySelector('.licence')?.textContent ?? null,
      text: card.textContent,
    };
  });
}

test('a good code is green, told check by check, with the licence beside it', async () => {
  const { text, card } = await freshCode();
  const page = await openVerify();
  assert.match(await page.textContent('#freshness'), /可离线核验/);
  assert.deepEqual(await axe(page), []);
  await page.selectOption('#scene', SCENE);
  const shown = await judge(page, text);
  assert.equal(shown.code, 'OK', shown.text);
  assert.equal(shown.tone, 'valid');
  assert.equal(shown.role, 'status');
  assert.ok(shown.focused, 'the verdict takes the focus');
  assert.deepEqual(shown.checks.map(([name]) => name), CHECKS);
  assert.ok(shown.licence.includes(card.identifier));
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('the picture of a code is read and judged like its text', async () => {
  const page = await openVerify();
  const { picture } = await freshCode();
  await page.setInputFiles('#picture', { name: 'code.png', mimeType: 'image/png', buffer: picture });
  assert.equal((await drawn(page)).code, 'OK');
  assert.equal(await page.locator('#picture').count(), 0, 'the result takes the place of what it was asked with');
  await page.click('#next');
  await page.setInputFiles('#picture', { name: 'page.png', mimeType: 'image/png', buffer: await page.locator('h1').screenshot() });
  await page.waitForFunction(() => document.querySelector('.notice').textContent.includes('未识别到二维码'));
  assert.equal(await page.locator('.verdict').count(), 0, 'an old verdict does not stay beside a new question');
  await page.setInputFiles('#picture', { name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.waitForFunction(() => document.querySelector('.notice').textContent.includes('打不开这个文件'));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('an expired code asks for a refresh and does not call the licence invalid', async () => {
  const { text } = await freshCode();
  const page = await openVerify({ clock: { time: Date.now() + 120_000 } });
  const shown = await judge(page, text);
  assert.equal(shown.code, 'E_TOKEN_EXPIRED');
  assert.equal(shown.tone, 'info');
  assert.match(shown.title, /二维码已过期/);
  assert.match(shown.text, /已过期 \d+ (秒|分钟)/);
  assert.deepEqual(await axe(page), []);
  await page.context().close();
});

test('a code altered in one place is red, and shows nothing of the holder', async () => {
  const { text, card } = await freshCode();
  const { unpack, pack } = await import('../../target/modules/node/wallet.js');
  const [header, payload, signature] = unpack(text).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  claims.fld.n = '张三';
  const forged = pack([header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.'));
  const page = await openVerify();
  const shown = await judge(page, forged);
  assert.equal(shown.code, 'E_SIG');
  assert.equal(shown.tone, 'invalid');
  assert.equal(shown.role, 'alert');
  assert.equal(shown.licence, null);
  assert.ok(!shown.text.includes('张三') && !shown.text.includes(card.identifier));
  assert.deepEqual(await axe(page), []);
  await page.context().close();
});

test('what is no licence code is neither red nor green; another scene is blue', async () => {
  const page = await openVerify();
  const plain = await judge(page, 'https://example.org/pay?me=1');
  assert.equal(plain.tone, 'neutral');
  assert.match(plain.title, /这是网址/);
  for (const [text, words] of [['wxp://f2f0AbC', /支付码/], ['el1:abc', /大写锁定/], ['EL1：ABC', /全角/], ['ER1:ABC', /窗口/]]) {
    const foreign = await judge(page, text);
    assert.equal(foreign.tone, 'neutral', text);
    assert.match(foreign.title, words);
    assert.doesNotMatch(foreign.text, /刷新/, text);
  }
  const damaged = await judge(page, 'EL1:ABCDEF');
  assert.equal(damaged.tone, 'invalid');
  const { text } = await freshCode();
  await page.click('#next');
  await page.selectOption('#scene', 'hospital.visit');
  const elsewhere = await judge(page, text);
  assert.equal(elsewhere.tone, 'info');
  assert.ok(['E_SCENE', 'E_AUDIENCE'].includes(elsewhere.code), elsewhere.code);
  assert.deepEqual(await page.locator('.scenes dd').allTextContents(), ['酒店入住', '医院就诊']);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('markup in a code stays text', async () => {
  const page = await openVerify();
  const shown = await judge(page, '<img src=x onerror="document.title=1"><script>1</script>');
  assert.equal(shown.verdict, 'invalid');
  assert.equal(await page.locator('.verdict img').count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('in English, and at 320 px nothing scrolls sideways', async () => {
  const { text } = await freshCode();
  const page = await openVerify({ query: '?lang=en' });
  await page.setViewportSize({ width: 320, height: 640 });
  const shown = await judge(page, text);
  assert.match(shown.title, /The licence is valid/);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  assert.deepEqual(await axe(page), []);
  await page.context().close();
});

test('a clock a month behind is said, not guessed around', async () => {
  const { text } = await freshCode();
  const page = await openVerify();
  await page.clock.install({ time: Date.now() - 30 * 86_400_000 });
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  const shown = await judge(page, text);
  assert.equal(shown.code, 'U_CLOCK');
  assert.equal(shown.tone, 'unknown');
  await page.context().close();
});

// Last, since it kills the server.
test('with the server killed and the page loaded anew, codes still verify; old lists are said to be old', async () => {
  const { text } = await freshCode();
  const page = await openVerify();
  await page.waitForSelector('html[data-ready=offline]');
  await server.stop();
  await page.goto('about:blank');
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  assert.match(await page.textContent('.notice'), /没有网络/);
  const shown = await judge(page, text);
  assert.equal(shown.code, 'OK', shown.text);
  assert.deepEqual(await axe(page), []);

  await page.clock.install({ time: Date.now() + 26 * 3_600_000 });
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.match(await page.textContent('#freshness'), /名单需更新/);
  assert.notEqual((await judge(page, text)).tone, 'valid');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
