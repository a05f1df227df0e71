/**
 * The page's language: `?lang=`, else the stored choice, else zh-CN.
 *
 * Texts come from `/assets/i18n/<folder>.<lang>.json`: those of `shared`, of `page`, and of the app that the document
 * names in its `data-app`.
 */
import { LANGUAGES, Words } from '../shared/words.js';

const STORED = 'lz.lang';

export const lang = chosen();

/** The page's words, for what is handed them. */
export const words = new Words(lang, await texts());
document.documentElement.lang = lang;

export const { t, pick } = words;
/** @param {string | null} text */
export const day = (text) => words.day(text);
/** @type {(seconds: number, withSeconds?: boolean) => string} */
export const clockTime = (seconds, withSeconds) => words.clockTime(seconds, withSeconds);
/** @type {(seconds: number, withSeconds?: boolean) => string} */
export const moment = (seconds, withSeconds) => words.moment(seconds, withSeconds);
/** @param {number} seconds */
export const span = (seconds) => words.span(seconds);

/** The address of this page in the other language, and that language's own name. */
export function otherLanguage() {
  const other = lang === 'en' ? 'zh-CN' : 'en';
  const url = new URL(location.href);
  url.searchParams.set('lang', other);
  return { href: url.href, name: other === 'en' ? 'English' : '中文', lang: other };
}

async function texts() {
  const folders = ['shared', 'page', document.documentElement.dataset.app];
  const files = folders.map(async (folder) => (await fetch(`/assets/i18n/${folder}.${lang}.json`)).json());
  return Object.assign({}, ...(await Promise.all(files)));
}

function chosen() {
  const asked = known(new URLSearchParams(location.search).get('lang'));
  if (asked) remember(asked);
  return asked ?? known(remembered()) ?? 'zh-CN';
}

/** @param {string | null} language */
function known(language) {
  return LANGUAGES.find((one) => one === language);
}

// Storage can be switched off in a browser; the language then lasts for this page only.
/** @param {string} language */
function remember(language) {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Nothing to do: see above.
  }
}

function remembered() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
