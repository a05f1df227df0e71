/** What a program can see of a screen: too wide, too small, a key for want of a text, a letter no font has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './harness.mjs';

/** What the keys of an app's texts begin with: codes of scenes and matters look as keys do. @param {string} app */
function familiesOf(app) {
  const keys = ['shared', 'page', app].flatMap((folder) => Object.keys(JSON.parse(readFileSync(join(root, `assets/web/i18n/${folder}.en.json`), 'utf8'))));
  return [...new Set(keys.map((key) => key.split('.')[0]))];
}

/**
 * What is wrong on the page as it stands, a line each.
 *
 * @param {any} page
 * @param {{ large?: boolean }} [how] `large`: as 长辈版 must be
 */
export async function wrongOn(page, { large = false } = {}) {
  const app = await page.evaluate(() => document.documentElement.dataset.app);
  return page.evaluate(looked, { families: familiesOf(app), large });
}

/** Run in the page. @param {{ families: string[], large: boolean }} how */
function looked({ families, large }) {
  const wrong = [];
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) {
    const widest = [...document.body.querySelectorAll('*')].find((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('svg'));
    wrong.push(`${over} px too wide: ${widest?.outerHTML.slice(0, 100)}`);
  }
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest('.visually-hidden, svg, noscript');

  const letters = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const words = text.data.trim();
    const holder = text.parentElement;
    if (words === '' || !isSeen(holder)) continue;
    if (/^[a-z]+\.[a-z_.]+$/.test(words) && families.includes(words.split('.')[0]) && !holder.closest('code, pre')) wrong.push(`raw key: ${words}`);
    if (/\{\w+\}|undefined|\[object |NaN/.test(words)) wrong.push(`unfilled: ${words}`);
    for (const letter of words) letters.add(letter);
    if (large && parseFloat(getComputedStyle(holder).fontSize) < 18) wrong.push(`${getComputedStyle(holder).fontSize}: ${words.slice(0, 40)}`);
  }

  // A letter that no font has is drawn as one that is none.
  const canvas = Object.assign(document.createElement('canvas'), { width: 24, height: 24 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.font = `16px ${getComputedStyle(document.body).fontFamily}`;
  const drawn = (letter) => {
    context.clearRect(0, 0, 24, 24);
    context.fillText(letter, 2, 18);
    return context.getImageData(0, 0, 24, 24).data.join();
  };
  const none = drawn('\u{10fffd}');
  for (const letter of letters) if (drawn(letter) === none || letter === '\ufffd') wrong.push(`no letter: ${letter} ${letter.codePointAt(0).toString(16)}`);

  // What is pressed by its label is as large as that is.
  const least = large ? 60 : 24;
  for (const node of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!isSeen(node)) continue;
    // What stands in a sentence is as high as its line.
    if (!large && getComputedStyle(node).display === 'inline' && node.parentElement.textContent.trim() !== node.textContent.trim()) continue;
    const target = node.matches('[type=checkbox], [type=radio]') ? (node.closest('label') ?? node) : node;
    const { width, height } = target.getBoundingClientRect();
    if (Math.round(width) < least || Math.round(height) < least) wrong.push(`${Math.round(width)}×${Math.round(height)}: ${node.outerHTML.slice(0, 100)}`);
  }
  return wrong;
}
