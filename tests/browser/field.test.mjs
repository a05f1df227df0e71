/** The field cases (tests/vectors/field) on the page and in the element: by picture, and by pasted text. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import { newPage, root } from './harness.mjs';
import { close, heard, startSite, told, verify } from './host.mjs';

const file = (name) => readFileSync(join(root, 'tests/vectors/field', name));
const text = (name) => file(name).toString();
const NOW = Number(text('now.txt')) * 1000;

const PICTURES = ['plain.png', 'inverted.png', 'darkmode_grey.png', 'two_ad_left.png', 'qr_trailing_newline.png'];
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
  // All are the same code, which counts once: this device shall not remember it.
  const anew = async () => {
    await page.evaluate(async () => {
      const { openStore } = await import('/assets/shared/store.js');
      await (await openStore('lz-verify')).delete('accepted');
    });
    await page.reload();
    await page.waitForSelector('.chip-ready');
    await page.waitForSelector('#scan');
  };
  for (const name of PICTURES) {
    await anew();
    await page.setInputFiles('#picture', { name, mimeType: 'image/png', buffer: file(name) });
    assert.deepEqual(await codes(), ['OK'], name);
    assert.equal(/其他码/.test(await notice()), name === WITH_STICKER, name);
  }
  const judge = async (name) => {
    await anew();
    await page.click('#open-paste');
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

/** The picture with the sticker, whose licence is shown light on dark. */
function nightPhone() {
  const png = PNG.sync.read(file(WITH_STICKER));
  const licence = png.width - PNG.sync.read(file('plain.png')).width;
  for (let at = 0; at < png.data.length; at += 4) {
    if ((at / 4) % png.width < licence) continue;
    for (const colour of [0, 1, 2]) png.data[at + colour] = 255 - png.data[at + colour];
  }
  return PNG.sync.write(png);
}

/** Nothing but corners of codes, as somebody might print it to keep a desk busy. */
function trap() {
  const [count, module] = [30, 3];
  const side = count * 9 * module;
  const png = new PNG({ width: side, height: side });
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [at % side, Math.floor(at / side)].map((place) => Math.floor(place / module) % 9);
    const ring = Math.max(Math.abs(x - 4), Math.abs(y - 4));
    png.data.set(ring <= 1 || ring === 3 ? [0, 0, 0, 255] : [255, 255, 255, 255], at * 4);
  }
  return PNG.sync.write(png);
}

test('a licence at night beside a sticker is read; a picture that is a trap keeps nobody waiting', async () => {
  const { readCodes } = await import('../../target/modules/node/scanner.js');
  const read = (picture) => readCodes(PNG.sync.read(picture));
  const texts = read(nightPhone());
  assert.ok(texts.some((one) => one.startsWith('EL1:')) && texts.length === 2, JSON.stringify(texts));
  const begun = process.cpuUsage();
  assert.deepEqual(read(trap()), []);
  const { user } = process.cpuUsage(begun);
  assert.ok(user < 5_000_000, `${user} µs of the processor's time`);
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
