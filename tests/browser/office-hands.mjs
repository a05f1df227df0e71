/** Small hands for the office: logging in, and going about by keyboard alone. */
import assert from 'node:assert/strict';
import { account, axe, eventually, newPage } from './harness.mjs';

const DESK = { width: 1280, height: 900 };

/** A firm whose licences the tests make. */
export const HOLDER = { type: 'legal', name: '云溪市老桥面馆', id_type: '001', id_number: '92990100MA000012XU' };

/** A page on which `login` is at work. */
export async function atWork(browser, server, login, { lang = 'zh-CN', ...options } = {}) {
  const page = await newPage(browser, { viewport: DESK, deviceScaleFactor: 1, ...options });
  await page.goto(`${server.url}/office?lang=${lang}`);
  await enter(page, server, login);
  return page;
}

export async function enter(page, server, login) {
  await page.fill('#login', login);
  await page.fill('#password', account(server, login).password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#nav:not([hidden])');
}

/** Marks what is on the screen: what is waited for may be there, too, and would be taken for the next screen's. */
const mark = () => {
  for (const node of document.querySelector('#view')?.children ?? []) node.setAttribute('data-before', '');
};

/** Waits until another screen is there, with what it shows. */
async function untilNext(page, selector) {
  await page.waitForFunction(() => !document.querySelector('#view > [data-before]'));
  await page.waitForSelector(selector);
}

/** Goes to a screen and waits for what it shows. */
export async function goTo(page, path, selector) {
  const moves = await page.evaluate((hash) => location.hash.slice(1) !== encodeURI(hash) && location.hash.slice(1) !== hash, path);
  if (moves) await page.evaluate(mark);
  await page.evaluate((hash) => (location.hash = hash), path);
  await untilNext(page, selector);
}

/** The address of the screen; the page itself is asked, since Playwright learns it a moment later. */
export const hashOf = (page) => page.evaluate(() => location.hash.slice(1));

/** Waits until a list that was asked anew stands: what was there before stays until then. */
export const untilListed = (page) => page.waitForFunction(() => !document.querySelector('[aria-busy]'));

/** Goes to a section by its keys, `g` and `key`, and waits for what it shows. */
export async function leap(page, key, selector) {
  const hash = () => page.evaluate(() => location.hash);
  const before = await hash();
  await page.evaluate(mark);
  // On a busy machine the second key may come too late to belong to the first.
  for (let left = 3; left > 0 && (await hash()) === before; left -= 1) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
  }
  assert.notEqual(await hash(), before, `g ${key} leads nowhere`);
  await untilNext(page, selector);
}

/** No violation, nothing sideways, and no key instead of a text. */
export async function inOrder(page, where) {
  // Buttons that stick to the foot of the window cover part of what lies beneath them, until one scrolls to the end.
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  assert.deepEqual(await axe(page), [], where);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${where}: ${overflow} px too wide`);
  const text = await page.evaluate(() => document.body.innerText);
  assert.doesNotMatch(text, /\b(office|form|member|entry|kind|scene|matter|editor|list|face|state|act|section|about|keylist|task|case|draft|review|issued|import|request|requeststate|reconcile|found|differs|counts|proposal|duplicate|people|unit|licencestate|used|usekind|analysis|analysisact|analysiseffect|analysisstate|dimension|duty|dutyact|dutyside|dutyeffect|fill|counter|lookup|evidence)\.[a-z_]+\b(?!\.)/, where);
}

/** What the focused control is called. */
export const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    const label = node?.labels?.[0]?.textContent ?? node?.getAttribute('aria-label') ?? node?.textContent ?? '';
    return label.trim();
  });

/** The focus comes to what is called so. */
export const hasFocusOn = (page, name) => eventually(async () => assert.equal(await focused(page), name));

/** Presses Tab until the control called `name` has the focus; `name` may be a pattern. */
export async function tabTo(page, name, { back = false } = {}) {
  const seen = [];
  for (let pressed = 0; pressed < 250; pressed += 1) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    const here = await focused(page);
    seen.push(here);
    if (typeof name === 'string' ? here === name : name.test(here)) return;
  }
  throw new Error(`Tab never came to ${name}; it came to ${[...new Set(seen)].join(' | ')}`);
}

/** Tab to the control, then type. */
export async function typeInto(page, name, text) {
  await tabTo(page, name);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

/** Tab to the list, then down its options to the one wanted. */
export async function choose(page, name, value) {
  // A section may have the same name.
  do await tabTo(page, name);
  while (await page.evaluate(() => document.activeElement.tagName !== 'SELECT'));
  const chosen = () => page.evaluate(() => document.activeElement.value);
  await page.keyboard.press('Home');
  for (let pressed = 0; pressed < 80 && (await chosen()) !== value; pressed += 1) await page.keyboard.press('ArrowDown');
  assert.equal(await chosen(), value);
  await untilListed(page);
}

/** Tab to the button or link, then press it. */
export async function press(page, name, key = 'Enter') {
  await tabTo(page, name);
  await page.keyboard.press(key);
}
