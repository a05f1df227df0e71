/**
 * Hardware scanners that type: each way in which they do, into whatever has the focus. The code is judged, and nothing of
 * it stays in the page.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, newPage, showing } from './harness.mjs';
import { close, heard, startSite, told } from './host.mjs';
import { modifiersOf, placeOf, scan } from './scanner.mjs';

const SCENE = 'hotel.checkin';
const BODY = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>
  <textarea id="long">第一行</textarea><input id="number" type="number" value="7">
  <select id="choice"><option>A</option><option>E</option></select>
  <div id="editor" contenteditable>已写<b>好</b></div>`;

let site;
let shown;

before(async () => {
  site = await startSite();
  shown = await showing(site.server, 'lin', SCENE);
});

after(() => site?.stop());

/** What stands in the page's fields. */
const fields = (page) =>
  page.evaluate(() => [
    ...['note', 'long', 'number', 'choice'].map((id) => document.getElementById(id).value),
    document.getElementById('editor').innerHTML,
  ]);

const EMPTY = ['', '第一行', '7', 'A', '已写<b>好</b>'];

const codes = async (page) => (await told(page, 'result')).map(({ code }) => code);
const sources = async (page) => (await told(page, 'scan')).map(({ source }) => source);

/** Keys as they come while an input method is on: only their places are told. */
async function typeThroughMethod(page, text) {
  const session = await page.context().newCDPSession(page);
  let composed = '';
  for (const char of text) {
    const [code, modifiers] = [placeOf(char), modifiersOf(char)];
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code, windowsVirtualKeyCode: 229, modifiers });
    composed += char.toLowerCase();
    if (composed.length < 9) {
      await session.send('Input.imeSetComposition', { text: composed, selectionStart: composed.length, selectionEnd: composed.length });
    }
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key: char, code, modifiers });
  }
  await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
}

/** What the keys of signs give on a German keyboard. */
const GERMAN = { '-': 'ß', '/': '-', '+': '`', ':': 'Ö', '*': '(', Y: 'Z', Z: 'Y' };

/** Keys on a computer that is set to a German keyboard. */
async function typeOnGerman(page, text) {
  const session = await page.context().newCDPSession(page);
  for (const char of text) {
    const [code, modifiers, key] = [placeOf(char), modifiersOf(char), GERMAN[char] ?? char];
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key, code, modifiers });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers });
  }
  await page.keyboard.press('Enter');
}

test('nothing of a scanned code stays in the field that has the focus, whatever field it is', async () => {
  const page = await site.open(BODY);
  await page.evaluate(() => {
    globalThis.inputs = 0;
    document.addEventListener('input', () => (globalThis.inputs += 1));
  });
  let count = 0;
  for (const id of ['note', 'long', 'number', 'choice', 'editor']) {
    await page.locator(`#${id}`).focus();
    await scan(page, await shown.next());
    count += 1;
    await heard(page, 'result', count);
    assert.deepEqual(await fields(page), EMPTY, id);
  }
  assert.deepEqual(await codes(page), Array(count).fill('OK'));
  assert.ok((await page.evaluate(() => globalThis.inputs)) > 0, 'a page that keeps a copy of its fields hears of it');

  // What was selected is there again, and selected.
  await page.locator('#note').fill('张三');
  await page.locator('#note').selectText();
  await scan(page, await shown.next());
  await heard(page, 'result', count + 1);
  const note = await page.locator('#note').evaluate(({ value, selectionStart, selectionEnd }) => [value, selectionStart, selectionEnd]);
  assert.deepEqual(note, ['张三', 0, 2]);
  await close(page);
});

test('a person who types the same letters keeps them', async () => {
  const page = await site.open(BODY);
  await page.locator('#note').focus();
  await page.keyboard.type('EL1:ABC', { delay: 160 });
  await page.keyboard.press('Enter');
  assert.equal((await fields(page))[0], 'EL1:ABC');
  // Fast, but no code.
  await page.locator('#long').fill('');
  await page.keyboard.type('HELLO EL12 1:2', { delay: 1 });
  assert.equal((await fields(page))[1], 'HELLO EL12 1:2');
  assert.deepEqual(await told(page, 'scan'), []);
  await close(page);
});

test('a scanner without Enter, with the AIM mark, with caps lock on: none is dropped', async () => {
  const page = await site.open(BODY);
  await page.locator('#note').focus();
  await scan(page, await shown.next(), null);
  assert.equal((await heard(page, 'result', 1)).code, 'OK', 'no suffix');
  await page.locator('#note').focus();
  await scan(page, `]Q1${await shown.next()}`);
  assert.equal((await heard(page, 'result', 2)).code, 'OK', 'AIM');
  await page.locator('#note').focus();
  await scan(page, (await shown.next()).toLowerCase());
  assert.match((await heard(page, 'result', 3)).message['zh-CN'], /大写锁定/);
  assert.deepEqual(await sources(page), ['scanner', 'scanner', 'scanner']);
  assert.deepEqual(await fields(page), EMPTY);
  await close(page);
});

test('through an input method it is read by the keys, and the field is as it was', async () => {
  const page = await site.open(BODY);
  for (const [index, id] of ['note', 'long', 'editor'].entries()) {
    await page.locator(`#${id}`).focus();
    await typeThroughMethod(page, await shown.next());
    assert.equal((await heard(page, 'result', index + 1)).code, 'OK', id);
    await eventually(async () => assert.deepEqual(await fields(page), EMPTY, id));
  }
  await close(page);
});

test('on another country’s keyboard it is read by the places of the keys', async () => {
  const page = await site.open(BODY);
  await page.locator('#note').focus();
  await typeOnGerman(page, await shown.next());
  assert.equal((await heard(page, 'result')).code, 'OK');
  assert.deepEqual(await fields(page), EMPTY);
  await close(page);
});

test('text that comes at one go, as from Android scanners, is taken', async () => {
  const page = await site.open(BODY);
  await page.locator('#note').focus();
  await page.keyboard.insertText(await shown.next());
  assert.equal((await heard(page, 'result', 1)).code, 'OK');
  await page.locator('#long').focus();
  await page.keyboard.insertText(await shown.next());
  await page.keyboard.press('Enter');
  assert.equal((await heard(page, 'result', 2)).code, 'OK');
  // Full-width, as through an input method of the scanner's own; said for what it is.
  await page.locator('#note').focus();
  await page.keyboard.insertText((await shown.next()).replace(':', '：'));
  assert.match((await heard(page, 'result', 3)).message['zh-CN'], /全角/);
  // Composed and committed.
  await page.locator('#note').focus();
  const session = await page.context().newCDPSession(page);
  const text = await shown.next();
  await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await session.send('Input.insertText', { text });
  assert.equal((await heard(page, 'result', 4)).code, 'OK');
  await eventually(async () => assert.deepEqual(await fields(page), EMPTY));
  // Other text is the page's.
  await page.locator('#note').focus();
  await page.keyboard.insertText('李四 EL1');
  assert.equal((await fields(page))[0], '李四 EL1');
  await close(page);
});

test('Enter in the field for pasted codes verifies, with Shift it begins a line', async () => {
  const page = await site.open(BODY);
  const element = page.locator('#a');
  await element.getByRole('button', { name: '粘贴内容' }).click();
  const field = element.locator('#text');
  await field.fill(await shown.next());
  await field.press('Shift+Enter');
  assert.deepEqual(await told(page, 'result'), []);
  await field.press('Enter');
  assert.equal((await heard(page, 'result')).code, 'OK');
  assert.deepEqual(await sources(page), ['paste']);
  await close(page);
});

test('with the verdict in a frame, what is scanned into the page around it arrives there', async () => {
  const page = await site.open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`);
  await page.locator('#note').focus();
  await scan(page, await shown.next());
  assert.equal((await heard(page, 'result')).code, 'OK');
  assert.deepEqual(await sources(page), ['scanner']);
  assert.equal(await page.inputValue('#note'), '');
  await close(page);
});

test('the page /verify takes them too, and Enter in its field', async () => {
  const page = await newPage(site.browser);
  await page.goto(`${site.server.url}/verify`);
  await page.waitForSelector('html[data-ready]');
  const card = (code) => page.locator(`.verdict[data-code=${code}]`).waitFor();
  await scan(page, await shown.next(), null);
  await card('OK');
  await page.click('#next');
  await page.locator('#scene').focus();
  await scan(page, `]Q1${await shown.next()}`);
  await card('OK');
  await page.click('#next');
  assert.equal(await page.inputValue('#scene'), '');
  await page.click('#open-paste');
  await page.fill('#code', 'EL1:NOCODE');
  await page.locator('#code').press('Enter');
  await card('E_QR');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
