/** What goes out: an address is confirmed in the wallet by the code that was mailed; the operator sees what failed and sends it again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { act, axe, done, logIn, newPage, root, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, inOrder, untilListed } from './office-hands.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lz-outbox-'));
const secret = join(folder, 'webhook.secret');
writeFileSync(secret, `whsec_${Buffer.alloc(32, 7).toString('base64')}`, { mode: 0o600 });

/** A mail server that is not ours; its mails in the order they came. */
const mailbox = spawn(process.env.LZ_TEST_PYTHON ?? join(root, '.venv/bin/python'), [join(root, 'tests/interop/mailbox.py'), '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
const mails = createInterface({ input: mailbox.stdout })[Symbol.asyncIterator]();
const nextMail = async () => JSON.parse((await mails.next()).value);

/** A receiver of webhooks, which says no until it is told otherwise. */
const receiver = { answer: 500, told: [] };
const http = createServer((request, response) => {
  receiver.told.push(request.headers['webhook-id']);
  request.resume().on('end', () => response.writeHead(receiver.answer).end());
}).listen(0, '127.0.0.1');
await new Promise((resolve) => http.once('listening', resolve));

after(() => {
  mailbox.stdin.end();
  http.closeAllConnections();
  http.close();
  rmSync(folder, { recursive: true, force: true });
});

const { server, browser } = await serverAndBrowser({
  env: {
    LZ__NOTICES__TRIES: '1',
    LZ__NOTICES__SMTP__HOST: '127.0.0.1',
    LZ__NOTICES__SMTP__PORT: String((await nextMail()).port),
    LZ__NOTICES__SMTP__SECURITY: 'none',
    LZ__NOTICES__SMTP__FROM: 'licences@city.example',
    LZ__NOTICES__WEBHOOK__URL: `http://127.0.0.1:${http.address().port}/`,
    LZ__NOTICES__WEBHOOK__SECRET_FILE: secret,
  },
});

// Rows: R42.
test('by keyboard: a holder confirms an address by the code that was mailed, changes his mind and removes it', async () => {
  const page = await newPage(browser, { viewport: { width: 320, height: 800 } });
  await logIn(page, server, 'lin');
  await page.goto(`${server.url}/wallet#account`);
  await page.waitForSelector('#contact-email');
  assert.deepEqual(await axe(page), []);
  await page.focus('#contact-email');
  await page.keyboard.type('lin@mail.example');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#contact-code');
  assert.match(await page.textContent('#contact-panel'), /lin@mail\.example/);
  assert.deepEqual(await axe(page), []);
  const [, code] = /确认码：(\w+)/.exec((await nextMail()).text);
  await page.focus('#contact-code');
  await page.keyboard.type('wrongwrong22');
  await page.keyboard.press('Enter');
  await page.locator('#contact-panel-problem:not([hidden])').waitFor();
  await page.fill('#contact-code', code);
  await page.keyboard.press('Enter');
  await page.locator('#done', { hasText: '已确认' }).waitFor();
  assert.match(await page.textContent('#contact-panel'), /提醒邮件发往 lin@mail\.example/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), 'nothing is wider than the screen');
  const licence = server.demo.licences.find(({ holder, status, kind }) => holder === 'lin' && status === 'ACTIVE' && kind === '11100000000013127D001');
  await act(server, 'checker.psb', licence.id, 'suspend');
  const notice = await nextMail();
  assert.deepEqual(notice.to, ['lin@mail.example']);
  assert.ok(!notice.text.includes('居民身份证'), notice.text);
  await page.click('#contact-panel button[type=submit]');
  await page.locator('#done', { hasText: '已删除' }).waitFor();
  await page.waitForSelector('#contact-email');
  assert.match((await nextMail()).text, /已变更/);
  await done(page);
});

test('the operator sees what failed, sends it again, and drops what nobody needs, with a reason', async () => {
  const licences = server.demo.licences.filter(({ status, kind }) => status === 'ACTIVE' && kind === '11990000MB0001011X001');
  await act(server, 'checker.psb', licences[0].id, 'suspend');
  const page = await atWork(browser, server, 'operator', { serviceWorkers: 'block' });
  const table = page.locator('#found table');
  for (;;) {
    await goTo(page, 'outbox', '#found');
    if ((await table.count()) > 0) break;
    await page.reload();
  }
  await table.waitFor();
  assert.match(await table.textContent(), /证照提醒.*接口推送.*发送失败.*HTTP 500/s);
  await inOrder(page, 'dead letters');
  receiver.answer = 204;
  const before = receiver.told.length;
  await table.getByRole('button', { name: /^重新发送/ }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '重新发送' }).click();
  await page.locator('#said').filter({ hasText: '重新发送' }).waitFor();
  while (receiver.told.length === before) await page.waitForTimeout(50);
  await page.selectOption('.tools select', 'sent');
  await table.filter({ hasText: '已发送' }).waitFor();
  await inOrder(page, 'sent letters');
  await page.setViewportSize({ width: 320, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), 'nothing is wider than the screen');
  // Another that fails is dropped.
  receiver.answer = 500;
  await act(server, 'checker.psb', licences[0].id, 'resume');
  const drop = page.getByRole('button', { name: /^放弃/ });
  for (;;) {
    await page.selectOption('.tools select', 'sent');
    await page.selectOption('.tools select', 'dead');
    await untilListed(page);
    if ((await drop.count()) > 0) break;
  }
  await drop.first().click();
  await page.getByRole('dialog').getByRole('button', { name: '放弃' }).click();
  await page.locator('dialog .fault:not([hidden])').waitFor();
  await page.getByRole('dialog').getByRole('textbox').fill('已电话告知');
  await inOrder(page, 'dialog');
  await page.getByRole('dialog').getByRole('button', { name: '放弃' }).click();
  await page.locator('#said').filter({ hasText: '放弃' }).waitFor();
  await page.selectOption('.tools select', 'dropped');
  await table.filter({ hasText: '已放弃' }).waitFor();
  await done(page);
});
