/** Small hands for the office: logging in, and going about by keyboard alone. */
import assert from 'node:assert/strict';
import { account, axe, newPage } from './harness.mjs';

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

/** Goes to a screen and waits for what it shows. */
export async function goTo(page, path, selector) {
  await page.evaluate((hash) => (location.hash = hash), path);
  await page.waitForSelector(selector);
}

/** No violation, nothing sideways, and no key instead of a text. */
export async function inOrder(page, where) {
  assert.deepEqual(await axe(page), [], where);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${where}: ${overflow} px too wide`);
  const text = await page.evaluate(() => document.body.innerText);
  assert.doesNotMatch(text, /\b(office|form|member|entry|kind|scene|matter|editor|list|face|state|act|section|about|keylist|task|case|draft|review|issued|import|request|requeststate|reconcile|found|differs|counts|proposal|duplicate|people|unit|licencestate|used|usekind|duty|dutyact|dutyside|dutyeffect|fill|counter|lookup|evidence)\.[a-z_]+\b(?!\.)/, where);
}

/** What the focused control is called. */
export const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    const label = node?.labels?.[0]?.textContent ?? node?.getAttribute('aria-label') ?? node?.textContent ?? '';
    return label.trim();
  });

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
}

/** Tab to the button or link, then press it. */
export async function press(page, name, key = 'Enter') {
  await tabTo(page, name);
  await page.keyboard.press(key);
}
