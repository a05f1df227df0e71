/** Where a scene asks for more than the PIN, the wallet asks for the authenticator's code beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from './authenticator.mjs';
import { account, axe, caller, cardFor, done, hasFocus, logIn, newPage, now, readScreen, serverAndBrowser, verifierFor } from './harness.mjs';

const { server, browser } = await serverAndBrowser();
const SCENE = 'inspect.food';

/** From now on the scene wants the holder himself. */
async function wantsThePerson() {
  const [admin, manager] = await Promise.all([caller(server, 'admin.samr'), caller(server, 'manager')]);
  const { state: _, version: __, etag, ...body } = await admin('GET', `/scenes/${SCENE}`);
  const draft = await admin('PUT', `/scenes/${SCENE}`, { ...body, assurance: 'real_person' }, { 'If-Match': etag });
  const submitted = await admin('POST', `/scenes/${SCENE}/acts`, { act: 'submit' }, { 'If-Match': draft.etag });
  await manager('POST', `/scenes/${SCENE}/acts`, { act: 'publish' }, { 'If-Match': submitted.etag });
}

// Rows: R44.
test('a scene that asks for the person himself takes PIN and authenticator: asked for, a wrong code told, the right one shows', async () => {
  await wantsThePerson();
  const verifier = await verifierFor(server);
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const { pin, password } = account(server, 'lin');
  const card = await cardFor(page, SCENE);
  await page.evaluate((id) => (location.hash = `card/${id}`), card.id);
  await page.waitForSelector('#pin');
  await page.selectOption('#scene', SCENE);
  assert.ok(await page.locator('#factor').isHidden(), 'not before it is needed');
  await page.focus('#pin');
  await page.keyboard.type(pin);
  await page.keyboard.press('Enter');
  await page.locator('#problem').filter({ hasText: '绑定身份验证器' }).waitFor();
  assert.equal(await page.getByRole('link', { name: '账号与安全' }).getAttribute('href'), '#account', 'the way to set one up');
  assert.ok(await page.locator('#factor').isHidden());
  assert.deepEqual(await axe(page), []);

  // In this very session: a factor that is set up ends all others.
  const call = (path, body) =>
    page.evaluate(
      async ([to, sent]) => (await fetch(`/api/v1${to}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(sent) })).json(),
      [path, body],
    );
  const { secret } = await call('/me/totp', { password });
  await call('/me/totp/confirmation', { code: codeOf(secret) });
  await page.fill('#pin', pin);
  await page.keyboard.press('Enter');
  await page.locator('#factor').waitFor();
  await hasFocus(page, 'factor');
  assert.equal(await page.inputValue('#pin'), pin, 'the PIN was right and stays');
  assert.match(await page.textContent('#problem'), /亮证密码已通过/);
  assert.deepEqual(await axe(page), []);
  const right = codeOf(secret, Date.now() + 30_000);
  await page.keyboard.type(right === '000000' ? '000001' : '000000');
  await page.keyboard.press('Enter');
  await page.locator('#problem').filter({ hasText: '还可尝试' }).waitFor();
  assert.equal(await page.inputValue('#factor'), '');
  await hasFocus(page, 'factor');
  assert.deepEqual(await axe(page), []);
  await page.keyboard.type(right);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#qr:not([hidden])');
  assert.equal(verifier.verify(await readScreen(page), { now: now(), scene: SCENE }).verdict, 'valid');
  assert.equal(await page.textContent('#kept'), '', 'the code counts once: nothing else was tried with it');
  await done(page);
});
