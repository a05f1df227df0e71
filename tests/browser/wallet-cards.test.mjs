/** What a holder reads of his licences: the list and its search, the face masked until the PIN, why one cannot be shown, his phones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, axe, caller, cardFor, done, hold, logIn, newPage, serverAndBrowser, setHidden, showCard, untilKept } from './harness.mjs';

const SCENE = 'hotel.checkin';
const { server, browser } = await serverAndBrowser();

/** The cards of `login` as the server lists them. */
const cardsOf = async (login) => (await (await caller(server, login))('GET', '/wallet/licences')).items;

async function openCard(page, card) {
  await page.goto(`${server.url}/wallet#card/${card.id}`);
  await page.waitForSelector(`.face .card-number:text-is("${card.identifier}")`);
}

// Rows: R43.
test('a long list is searched by any word on a card, and the groups of holders stay whole', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'chen');
  // Those of the firm he acts for come a moment later.
  await page.waitForSelector('#others .cards > li');
  const all = await page.locator('.cards > li').count();
  assert.ok(all > 4);
  await page.fill('#search', '驾驶证');
  await page.waitForFunction(() => [...document.querySelectorAll('.cards > li')].filter((card) => !card.hidden).length === 1);
  assert.match(await page.textContent('#found'), /找到 1 张/);
  assert.deepEqual(await axe(page), []);
  await page.fill('#search', '没有这样的证照');
  await page.locator('#found', { hasText: '没有符合的证照' }).waitFor();
  await page.fill('#search', '');
  await page.waitForFunction((n) => [...document.querySelectorAll('.cards > li')].filter((card) => !card.hidden).length === n, all);
  assert.equal(await page.textContent('#found'), '');
  await done(page);
});

// Rows: R43.
test('the face is drawn as its template says, masked until the PIN, and masked again when it is left', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const [card] = await cardsOf('lin');
  await openCard(page, card);
  const { template, face } = await page.evaluate(async (code) => (await fetch(`/api/v1/kinds/${code}`)).json(), card.kind.code);
  if (template) await page.waitForFunction((n) => document.querySelectorAll('.face svg.preview-card > *').length === n + 1, template.elements.length);
  const name = card.fields.find(({ key }) => key === face.holder_name);
  assert.match(name.value, /\*/);
  const facts = page.locator('#face-fields');
  const told = await facts.textContent();
  for (const words of [name.value, card.unit.names['zh-CN'], card.unit.phone, '有效期自']) assert.ok(told.includes(words), words);
  assert.ok(!told.includes('林晓舟'));
  assert.equal(await page.locator('#face-fields a[href^="tel:"]').count(), 1);
  assert.deepEqual(await axe(page), []);

  await page.click('#face-reveal');
  await page.fill('#face-pin', '000000');
  await page.keyboard.press('Enter');
  await page.locator('#face-problem', { hasText: /还可/ }).waitFor();
  await page.fill('#face-pin', account(server, 'lin').pin);
  await page.keyboard.press('Enter');
  await page.locator('#face-fields', { hasText: '林晓舟' }).waitFor();
  assert.match(await page.textContent('.face svg.preview-card'), /林晓舟/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'face-mask');
  assert.deepEqual(await axe(page), []);
  await page.click('#face-mask');
  await page.waitForFunction(() => !document.querySelector('#view').textContent.includes('林晓舟'));
  assert.equal(await page.evaluate(() => document.activeElement.id), 'face-reveal');

  // Nobody reads it over a phone that was put away.
  await page.keyboard.press('Enter');
  await page.fill('#face-pin', account(server, 'lin').pin);
  await page.keyboard.press('Enter');
  await page.locator('#face-fields', { hasText: '林晓舟' }).waitFor();
  await setHidden(page, true);
  await page.waitForFunction(() => !document.querySelector('#view').textContent.includes('林晓舟'));
  await setHidden(page, false);

  await page.goto(`${server.url}/wallet#uses`);
  await page.locator('#uses > li', { hasText: '林晓舟' }).first().waitFor();
  await done(page);
});

test('the face is masked again after a minute', async () => {
  const page = await newPage(browser);
  await page.clock.install();
  await logIn(page, server, 'lin');
  await openCard(page, (await cardsOf('lin'))[0]);
  await page.click('#face-reveal');
  await page.fill('#face-pin', account(server, 'lin').pin);
  await page.keyboard.press('Enter');
  await page.locator('#face-fields', { hasText: '林晓舟' }).waitFor();
  await page.clock.fastForward(61_000);
  await page.waitForFunction(() => !document.querySelector('#view').textContent.includes('林晓舟'));
  await done(page);
});

test('a face that comes after its card was left is not shown', async () => {
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await openCard(page, (await cardsOf('lin'))[0]);
  await page.click('#face-reveal');
  await page.fill('#face-pin', account(server, 'lin').pin);
  const held = await hold(page, '**/face');
  await page.keyboard.press('Enter');
  await held.asked;
  await page.click('.back');
  await page.waitForSelector('.cards > li');
  const answered = page.waitForResponse('**/face');
  held.answer();
  await answered;
  assert.ok(!(await page.textContent('body')).includes('林晓舟'));
  await done(page);
});

// Rows: R43.
test('whatever cannot be shown says why and what comes next; what was replaced leads to what replaced it', async () => {
  const seen = new Set();
  for (const login of ['chen', 'wu', 'laoqiao', 'qingchuan']) {
    const page = await newPage(browser);
    await logIn(page, server, login);
    for (const card of (await cardsOf(login)).filter(({ showable }) => !showable)) {
      await openCard(page, card);
      const refusal = page.locator('#not-showable');
      await refusal.waitFor();
      const words = await refusal.textContent();
      assert.ok(words.includes(card.reason['zh-CN']), card.status);
      // What is whole itself and lacks only a part, or an inspection, has its unit to ask.
      assert.ok(words.includes(card.explained?.next_step['zh-CN'] ?? '请联系'), card.status);
      assert.ok(card.explained || card.status === 'ACTIVE', card.status);
      assert.equal(await page.locator('#scene').count(), 0);
      if (!seen.has(card.status)) assert.deepEqual(await axe(page), [], card.status);
      seen.add(card.status);
      if (card.successor) {
        await page.click('#successor');
        await page.waitForFunction((id) => location.hash === `#card/${id}`, card.successor);
        await page.waitForSelector('#scene');
      }
    }
    await done(page);
  }
  for (const status of ['SEIZED', 'CANCELLED', 'DISABLED', 'WITHDRAWN', 'ANNULLED', 'SUPERSEDED', 'ON_HOLD', 'REVOKED']) {
    assert.ok(seen.has(status), status);
  }
});

test('a lost phone is put out of use from the list of phones; this one, too', async () => {
  const lost = await newPage(browser);
  await logIn(lost, server, 'lin');
  const card = await cardFor(lost, SCENE);
  await showCard(lost, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(lost);

  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await page.goto(`${server.url}/wallet#devices`);
  await page.locator('#devices > li').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.click('#devices button');
  await page.locator('#done', { hasText: '已停用' }).waitFor();
  await page.waitForSelector('#no-devices:not([hidden])');
  await done(page);

  // Its owner finds it again and registers it anew, then puts it out of use on itself.
  await lost.goto('about:blank');
  await showCard(lost, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await untilKept(lost);
  await lost.goto(`${server.url}/wallet#devices`);
  await lost.locator('#devices > li', { hasText: '本机' }).waitFor();
  await lost.click('#devices button');
  await lost.locator('#done', { hasText: '已停用' }).waitFor();
  await lost.waitForSelector('#no-devices:not([hidden])');
  await lost.goto(`${server.url}/wallet#`);
  await lost.waitForSelector('.card');
  await done(lost);
});
