/** Who acts for a firm has its cards beside his own, and shows them: the code says who shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, act, axe, done, logIn, newPage, now, readScreen, serverAndBrowser, untilKept, verifierFor } from './harness.mjs';

const { server, browser } = await serverAndBrowser();

test('what a unit did with the firm’s licence is told in its agent’s wallet, under the firm’s name', async () => {
  const { id } = server.demo.licences.find(({ holder, status }) => holder === 'shanyue' && status === 'ACTIVE');
  await act(server, 'checker.samr', id, 'suspend');
  await act(server, 'checker.samr', id, 'resume');
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  const told = page.locator('#others').getByRole('region', { name: '云溪市山月茶饮有限公司的提醒' });
  await told.waitFor();
  // Of one second's the order is by chance.
  for (const words of ['「挂起」', '「解除挂起」']) assert.ok((await told.textContent()).includes(words), words);
  assert.doesNotMatch((await page.locator('#notices').textContent()) ?? '', /挂起/, 'not among his own');
  assert.deepEqual(await axe(page), []);
  await told.getByRole('link').first().click();
  await page.waitForURL(/#record\//);
  await done(page);
});

// Rows: R68.
test('the legal representative shows the firm’s licence, and the code names him: from the server, and from the phone once the server is gone', async () => {
  const verifier = await verifierFor(server);
  const page = await newPage(browser);
  await logIn(page, server, 'lin');
  await page.waitForSelector('#others .card');
  assert.match(await page.textContent('#others h2'), /^代云溪市山月茶饮有限公司办理$/);
  assert.deepEqual(await axe(page), []);
  await page.locator('#others .card').filter({ hasText: '食品经营许可证' }).filter({ hasNotText: '不可' }).first().click();
  await page.waitForSelector('#pin');
  assert.match(await page.textContent('#acting'), /代云溪市山月茶饮有限公司办理/);
  assert.deepEqual(await axe(page), []);
  await page.locator('#file summary').focus();
  await page.keyboard.press('Enter');
  await page.fill('#file-pin', account(server, 'lin').pin);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#file-saved a[download$=".ofd"]');
  await page.selectOption('#scene', 'inspect.food');
  await page.fill('#pin', account(server, 'lin').pin);
  await page.locator('.place button[type=submit]').click();
  await page.waitForSelector('#qr:not([hidden])');
  const verdict = verifier.verify(await readScreen(page), { now: now(), scene: 'inspect.food' });
  assert.equal(verdict.verdict, 'valid', JSON.stringify(verdict));
  assert.match(JSON.stringify(verdict), /林晓舟/, 'who shows it');
  await untilKept(page);
  await page.waitForSelector('html[data-ready=offline]');
  const later = await verifierFor(server);

  await server.stop();
  await page.goto('about:blank');
  await page.goto(`${server.url}/wallet`);
  await page.waitForSelector('#others .card');
  assert.match(await page.textContent('#others h2'), /^代云溪市山月茶饮有限公司办理$/);
  assert.deepEqual(await axe(page), []);
  await page.locator('#others .card').first().click();
  await page.fill('#pin', account(server, 'lin').pin);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#qr:not([hidden])');
  const own = later.verify(await readScreen(page), { now: now(), scene: 'inspect.food' });
  assert.equal(own.verdict, 'valid', JSON.stringify(own));
  assert.match(JSON.stringify(own), /林晓舟/, 'who shows it, on his phone');
  await done(page);
});
