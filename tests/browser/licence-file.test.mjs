/** A licence's file from the wallet to the verifier's page: made with the PIN, saved, checked; and refused once altered. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { account, axe, cardFor, done, logIn, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

/** The file as the browser saved it, and the card it is of. */
async function savedFile(page) {
  await logIn(page, server, 'lin');
  const card = await cardFor(page, 'hotel.checkin');
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.click('#file summary');
  await page.fill('#file-pin', account(server, 'lin').pin);
  await page.click('#file button[type=submit]');
  const link = page.locator('#file-saved a');
  await link.waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { bytes: await readFile(await download.path()), name: download.suggestedFilename(), card };
}

async function verdictOn(bytes) {
  const page = await newPage(browser);
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  await page.setInputFiles('#picture', { name: 'F.ofd', mimeType: 'application/ofd', buffer: bytes });
  await page.waitForSelector('.verdict');
  const told = await page.evaluate(() => {
    const card = document.querySelector('.verdict');
    return {
      verdict: card.dataset.verdict,
      code: card.dataset.code,
      failed: [...card.querySelectorAll("[data-result='fail']")].map(({ dataset }) => dataset.check),
      passed: card.querySelectorAll("[data-result='pass']").length,
      focused: document.activeElement === card.querySelector('h2'),
      signs: card.querySelectorAll('.verdict-head .sign').length,
    };
  });
  return { page, told };
}

test('a file made in the wallet is found sound by the verifier, and altered once a byte is changed', async () => {
  const wallet = await newPage(browser, { acceptDownloads: true });
  const { bytes, name, card } = await savedFile(wallet);
  assert.equal(name, `${card.identifier}.ofd`);
  assert.deepEqual(await axe(wallet), []);
  await done(wallet);

  const good = await verdictOn(bytes);
  assert.deepEqual({ ...good.told, passed: 0 }, { verdict: 'valid', code: 'OK', failed: [], passed: 0, focused: true, signs: 1 });
  assert.ok(good.told.passed >= 20, 'the file and the licence data, every check');
  assert.deepEqual(await axe(good.page), []);
  await done(good.page);

  const altered = Buffer.from(bytes);
  // Within the page's compressed bytes: whatever it becomes, it is no longer what was sealed.
  altered[Math.floor(bytes.length / 2)] ^= 1;
  const bad = await verdictOn(altered);
  assert.equal(bad.told.verdict, 'invalid');
  assert.equal(bad.told.signs, 1, 'not by colour alone');
  await done(bad.page);
});

test('a wrong PIN makes no file and says so', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'chen');
  const { items } = await page.evaluate(async () => (await fetch('/api/v1/wallet/licences')).json());
  const card = items.find(({ showable }) => showable);
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.click('#file summary');
  await page.fill('#file-pin', account(server, 'chen').pin === '000000' ? '111111' : '000000');
  await page.click('#file button[type=submit]');
  await page.waitForSelector('#file-problem:not([hidden])');
  assert.equal(await page.locator('#file-saved a').count(), 0);
  assert.equal(await page.inputValue('#file-pin'), '');
  await page.context().close();
});
