/** The field cases (tests/vectors/field) on the page and in the element: by picture, and by pasted text. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newPage, root } from './harness.mjs';
import { close, heard, startSite, told, verify } from './host.mjs';

const file = (name) => readFileSync(join(root, 'tests/vectors/field', name));
const text = (name) => file(name).toString();
const NOW = Number(text('now.txt')) * 1000;

const PICTURES = ['plain.png', 'two_ad_left.png', 'qr_trailing_newline.png'];
const WITH_STICKER = 'two_ad_left.png';
const GOOD = ['code', 'code-trailing-blank', 'code-leading-blank', 'code-zwsp', 'code-lre-pdf', 'code-aim-prefix'];
const CHANGED = { 'code-caps-lock': /大写锁定/, 'code-fullwidth-colon': /全角/ };

const statusUri = JSON.parse(Buffer.from(text('status-list').split('.')[1], 'base64url')).sub;
const LISTS = {
  '/.well-known/roots.json': text('roots.json'),
  '/.well-known/trust-list': text('trust-list'),
  '/.well-known/catalogue': text('catalogue'),
  '/status-lists': JSON.stringify({ status_lists: [statusUri] }),
  [new URL(statusUri).pathname]: text('status-list'),
};

let site;

before(async () => {
  site = await startSite();
});

after(() => site?.stop());

test('on the page', async () => {
  const page = await newPage(site.browser, { serviceWorkers: 'block' });
  await page.clock.setFixedTime(NOW);
  for (const [path, body] of Object.entries(LISTS)) {
    await page.route(site.server.url + path, (route) => route.fulfill({ body, headers: { Date: new Date(NOW).toUTCString() } }));
  }
  await page.goto(`${site.server.url}/verify`);
  await page.waitForSelector('.chip-ready');
  const notice = () => page.textContent('.notice');
  const codes = async () => {
    await page.locator('.verdict').first().waitFor();
    return page.locator('.verdict').evaluateAll((cards) => cards.map(({ dataset }) => dataset.code));
  };
  for (const name of PICTURES) {
    await page.getByRole('button', { name: '清除' }).click();
    await page.setInputFiles('#picture', { name, mimeType: 'image/png', buffer: file(name) });
    assert.deepEqual(await codes(), ['OK'], name);
    assert.equal(/其他码/.test(await notice()), name === WITH_STICKER, name);
  }
  const judge = async (name) => {
    await page.getByRole('button', { name: '清除' }).click();
    await page.fill('#code', text(`${name}.txt`));
    await page.locator('#code').press('Enter');
    return codes();
  };
  for (const name of GOOD) assert.deepEqual(await judge(name), ['OK'], name);
  for (const [name, words] of Object.entries(CHANGED)) {
    assert.deepEqual(await judge(name), ['E_FORMAT'], name);
    assert.match(await page.textContent('.verdict-title'), words);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('in the element', async () => {
  const put = (path, html) => site.host.add(path, { html, type: 'text/plain' });
  const origins = Object.entries(LISTS).map(([path, body]) => new URL(put(path, body)).origin);
  const page = await site.open('', { ready: false });
  await page.clock.setFixedTime(NOW);
  // A new one for each: what one accepted it refuses the second time.
  let count = 0;
  const fresh = async () => {
    count += 1;
    await page.evaluate(
      ([url, roots]) => {
        document.getElementById('a')?.remove();
        const element = document.createElement('licence-verifier');
        element.id = 'a';
        element.setAttribute('trust-url', url);
        element.roots = roots;
        document.querySelector('main').append(element);
      },
      [origins[0], text('roots.json')],
    );
    await heard(page, 'ready', count);
  };
  for (const name of PICTURES) {
    await fresh();
    const before = (await told(page, 'result')).length;
    await page.locator('#a #picture').setInputFiles({ name, mimeType: 'image/png', buffer: file(name) });
    await heard(page, 'result', before + 1);
    const codes = (await told(page, 'result')).slice(before).map(({ code }) => code);
    assert.deepEqual(codes, ['OK'], name);
    assert.equal(/其他码/.test(await page.locator('#a .notice').textContent()), name === WITH_STICKER, name);
  }
  for (const name of GOOD) {
    await fresh();
    assert.equal((await verify(page, text(`${name}.txt`)))[0].code, 'OK', name);
  }
  await fresh();
  for (const [name, words] of Object.entries(CHANGED)) {
    const [{ code, message }] = await verify(page, text(`${name}.txt`));
    assert.equal(code, 'E_FORMAT', name);
    assert.match(message['zh-CN'], words);
  }
  await close(page);
});
