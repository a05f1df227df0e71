/** Delegations between two wallets: given, accepted, shown as a delegate's, taken back; and declined, in English, on a small phone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { account, axe, cardFor, done, judgeText, logIn, newPage, now, readScreen, root, serverAndBrowser, verifierFor } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

/** Whom the demo invented for this login. */
function person(login) {
  const { holders } = JSON.parse(readFileSync(join(root, 'assets/demo/people.json'), 'utf8'));
  return holders.find((one) => one.login === login);
}

const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Opens the form for a card that `hotel.checkin` takes; the card. */
async function openForm(page) {
  const card = await cardFor(page, 'hotel.checkin');
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.click(`a[href="#delegate/${card.id}"]`);
  await page.waitForSelector('#delegate');
  return card;
}

/** Fills the form for `to` and sends it with a PIN. */
async function give(page, to, pin) {
  const { name, code } = person(to);
  await page.fill('#to-name', name);
  await page.fill('#to-number', code);
  await page.check('[id="scene-hotel.checkin"]');
  await page.fill('#pin', pin);
  await page.click('#delegate button[type=submit]');
}

// Rows: R60, R70.
test('a delegation is given in one wallet, accepted in another, shown and verified as a delegate’s, and dead once it is taken back', async () => {
  const giver = await newPage(browser);
  await logIn(giver, server, 'lin');
  const card = await openForm(giver);
  assert.deepEqual(await axe(giver), []);
  await give(giver, 'chen', '000000');
  await giver.locator('#delegate .problem:not([hidden])').waitFor();
  assert.match(await giver.textContent('#delegate'), /亮证密码错误|还可/);
  assert.match(await giver.textContent('#scenes dl:not([hidden])'), /林/, 'exactly what is seen there');
  await giver.fill('#pin', account(server, 'lin').pin);
  await giver.click('#delegate button[type=submit]');
  await giver.waitForSelector('#given');
  assert.match(await giver.textContent('#given'), /等待陈远山接受/);
  assert.deepEqual(await axe(giver), []);

  const delegate = await newPage(browser);
  await logIn(delegate, server, 'chen');
  await delegate.locator('#notices').filter({ hasText: '有人委托您代为出示' }).waitFor();
  await delegate.locator('#notices a[href="#delegations"]').first().click();
  await delegate.waitForSelector('#received li[data-state=waiting]');
  assert.match(await delegate.textContent('#received li'), /代林晓舟出示居民身份证.*待接受/s);
  assert.match(await delegate.textContent('#received li details'), /接受后可见/);
  assert.deepEqual(await axe(delegate), []);
  await delegate.fill('#received .answer input', account(server, 'chen').pin);
  await delegate.click('#received .answer button[type=submit]');
  await delegate.waitForSelector('#received li[data-state=live]');
  assert.deepEqual(await axe(delegate), []);

  await delegate.click(`#received a[href="#card/${card.id}"]`);
  await delegate.waitForSelector('#pin');
  assert.match(await delegate.textContent('#acting'), /代林晓舟出示（受托） · 截止/);
  assert.equal(await delegate.locator('#scene option').count(), 1, 'only what was delegated');
  for (const gone of ['#file', `a[href="#record/${card.id}"]`, `a[href="#delegate/${card.id}"]`, `a[href="#authorise/${card.id}"]`]) {
    assert.equal(await delegate.locator(gone).count(), 0, gone);
  }
  assert.deepEqual(await axe(delegate), []);
  await delegate.fill('#pin', account(server, 'chen').pin);
  await delegate.locator('.place button[type=submit]').click();
  await delegate.waitForSelector('#qr:not([hidden])');
  const code = await readScreen(delegate);
  const first = await verifierFor(server);
  const verdict = first.verify(code, { now: now(), scene: 'hotel.checkin' });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.equal(verdict.licence.delegate.name, '陈远山');
  const desk = await newPage(browser);
  await desk.goto(`${server.url}/verify`);
  const judged = await judgeText(desk, code);
  await judged.filter({ hasText: '受托人出示' }).waitFor();
  assert.match(await judged.textContent(), /受托人出示.*陈远山/s);
  assert.deepEqual(await axe(desk), []);

  await giver.goto(`${server.url}/wallet#uses`);
  await giver.locator('#uses li').filter({ hasText: '陈远山（受托人）' }).first().waitFor();
  await giver.goto(`${server.url}/wallet#delegations`);
  await giver.waitForSelector('#given li[data-state=live]');
  assert.match(await giver.textContent('#given li'), /陈远山代为出示居民身份证.*生效中/s);
  await giver.click('#given li button');
  await giver.waitForSelector('#over li[data-state=withdrawn]');
  assert.match(await giver.textContent('#done'), /已收回/);
  assert.deepEqual(await axe(giver), []);
  const told = await untilDead(code);
  assert.equal(told, 'E_STATUS_INVALID', 'on the wire');

  const asked = delegate.waitForResponse(/delegations\?side=received/);
  await delegate.goto('about:blank');
  await delegate.goto(`${server.url}/wallet`);
  await asked;
  await delegate.locator('#notices').filter({ hasText: '已由委托人收回' }).waitFor();
  // He acts for a firm, too, whose cards stay.
  await delegate.waitForFunction((href) => document.querySelector(`#others a[href="${href}"]`) === null, `#card/${card.id}`);
  const status = await delegate.evaluate(async (id) => (await fetch(`/api/v1/wallet/licences/${id}`)).status, card.id);
  assert.equal(status, 404);
  for (const page of [giver, delegate, desk]) await done(page);
});

/** What a verifier with the newest lists says of a code, once it no longer says that it is good. */
async function untilDead(code) {
  const until = Date.now() + 5_000;
  for (;;) {
    const verifier = await verifierFor(server);
    const verdict = verifier.verify(code, { now: now(), scene: 'hotel.checkin' });
    if (verdict.verdict !== 'valid' || Date.now() > until) return verdict.code;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

// Rows: R60.
test('in English and on a small phone a son declines what his father asks of him, and nothing runs out of the screen', async () => {
  const small = { viewport: { width: 320, height: 568 } };
  const giver = await newPage(browser, small);
  // The language that was chosen stays.
  await giver.goto(`${server.url}/wallet?lang=en`);
  await logIn(giver, server, 'wu');
  await openForm(giver);
  assert.equal(await overflows(giver), false, 'the form');
  await give(giver, 'zhao', account(server, 'wu').pin);
  await giver.waitForSelector('#given');
  assert.match(await giver.textContent('#given'), /Sent: 赵一禾 can accept it until/);
  const delegate = await newPage(browser, small);
  await delegate.goto(`${server.url}/wallet?lang=en`);
  await logIn(delegate, server, 'zhao');
  await delegate.click('a[href="#delegations"]');
  await delegate.waitForSelector('#received li[data-state=waiting]');
  assert.equal(await overflows(delegate), false, 'the list');
  assert.deepEqual(await axe(delegate), []);
  await delegate.locator('#received .answer button', { hasText: 'Decline' }).click();
  await delegate.waitForSelector('#over li[data-state=declined]');
  assert.match(await delegate.textContent('#done'), /Declined/);
  await giver.click('a[href="#delegations"]');
  await giver.waitForSelector('#over li[data-state=declined]');
  assert.deepEqual(await axe(giver), []);
  assert.equal(await overflows(giver), false, 'what is over');
  await done(giver);
  await done(delegate);
});
