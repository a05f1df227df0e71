/** 长辈版: chosen in the wallet and remembered; no small text and nothing small to press on any of its screens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, axe, cardFor, done, logIn, newPage, serverAndBrowser, showCard } from './harness.mjs';
import { wrongOn } from './looking.mjs';

const SCENE = 'hotel.checkin';
const { server, browser } = await serverAndBrowser();

/** Chooses it by the keyboard. */
async function choose(page) {
  await page.focus('#large');
  await page.keyboard.press('Enter');
  await page.waitForSelector('html[data-large]');
}

test('it is chosen with a key before or after the login, told, and remembered until it is chosen off', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#login');
  assert.equal(await page.getAttribute('#large', 'aria-pressed'), 'false');
  await choose(page);
  assert.equal(await page.getAttribute('#large', 'aria-pressed'), 'true');
  await logIn(page, server, 'lin');
  await page.waitForSelector('html[data-large]');
  await page.reload();
  await page.waitForSelector('.card');
  assert.equal(await page.getAttribute('#large', 'aria-pressed'), 'true');
  await page.click('#large');
  await page.waitForSelector('html:not([data-large])');
  await page.reload();
  await page.waitForSelector('.card');
  assert.equal(await page.getAttribute('#large', 'aria-pressed'), 'false');
  await done(page);
});

test('every screen of the wallet has text of 18 px and more, and 60 × 60 px and more to press', async () => {
  for (const [lang, width] of [['zh-CN', 390], ['en', 320]]) {
    const page = await newPage(browser, { viewport: { width, height: 700 }, serviceWorkers: 'block' });
    const check = async (what) => {
      assert.deepEqual(await wrongOn(page, { large: true }), [], `${what} ${lang} ${width}`);
      assert.deepEqual(await axe(page), [], what);
    };
    await page.goto(`${server.url}/wallet?lang=${lang}`);
    await page.waitForSelector('#login');
    await choose(page);
    await check('login');
    await logIn(page, server, 'wu');
    await check('list');
    const card = await cardFor(page, SCENE);
    const off = await page.evaluate(async () => (await (await fetch('/api/v1/wallet/licences')).json()).items.find(({ status }) => status === 'SUPERSEDED'));
    for (const [hash, there] of [
      [`card/${card.id}`, '#scene'],
      [`card/${off.id}`, '#successor'],
      [`record/${card.id}`, '#reason'],
      [`authorise/${card.id}`, '.panel'],
      ['authorisations', '#view .panel, #view .quiet'],
      ['uses', '#view .quiet'],
      ['devices', '#no-devices:not([hidden]), #devices > li'],
      ['account', '#account:not([aria-busy])'],
      ['answer', '#scan'],
    ]) {
      await page.goto(`${server.url}/wallet#${hash}`);
      await page.waitForSelector(there);
      await check(hash);
    }
    await page.goto(`${server.url}/wallet#card/${card.id}`);
    await page.click('#face-reveal');
    await page.waitForSelector('#face-pin');
    await check('PIN for the face');
    await showCard(page, server, 'wu', { licence: card.id, scene: SCENE, pin: account(server, 'wu').pin });
    await page.waitForSelector('#qr:not([hidden])');
    await check('showing');
    await done(page);
  }
});
