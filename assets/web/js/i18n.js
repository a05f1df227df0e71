/**
 * The page's language: `?lang=`, else the stored choice, else zh-CN. Texts come from `/assets/i18n/<lang>.json`.
 */

const LANGUAGES = ['zh-CN', 'en'];
const STORED = 'lz.lang';

export const lang = chosen();
const texts = await (await fetch(`/assets/i18n/${lang}.json`)).json();
document.documentElement.lang = lang;

/** The text for `key`, `{name}` filled from `values`. A missing key shows itself, and a test looks for that. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A `{zh-CN, en}` text of the server or a verdict in the page's language. */
export function pick(text) {
  return text?.[lang] ?? text?.['zh-CN'] ?? '';
}

/** The address of this page in the other language, and that language's own name. */
export function otherLanguage() {
  const other = LANGUAGES.find((one) => one !== lang);
  const url = new URL(location.href);
  url.searchParams.set('lang', other);
  return { href: url.href, name: other === 'en' ? 'English' : '中文', lang: other };
}

/** `YYYYMMDD` as a person writes it; `null` means without end (长期). */
export function day(text) {
  if (!text) return t('day.long_term');
  const [year, month, date] = [text.slice(0, 4), Number(text.slice(4, 6)), Number(text.slice(6, 8))];
  if (lang === 'zh-CN') return `${year}年${month}月${date}日`;
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(Number(year), month - 1, date),
  );
}

/** Unix seconds as a wall clock in China: `14:32:07`. */
export function clockTime(seconds, withSeconds = true) {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: withSeconds ? '2-digit' : undefined,
    timeZone: 'Asia/Shanghai',
  }).format(seconds * 1000);
}

/** Unix seconds as date and wall clock in China. */
export function moment(seconds, withSeconds = true) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(seconds * 1000);
  return `${day(parts.replaceAll('-', ''))} ${clockTime(seconds, withSeconds)}`;
}

/** A span of time in its largest unit: 「2 小时」. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t('span.seconds', { n: whole });
  if (whole < 3600) return t('span.minutes', { n: Math.floor(whole / 60) });
  if (whole < 2 * 86400) return t('span.hours', { n: Math.floor(whole / 3600) });
  return t('span.days', { n: Math.floor(whole / 86400) });
}

function chosen() {
  const asked = new URLSearchParams(location.search).get('lang');
  if (LANGUAGES.includes(asked)) {
    remember(asked);
    return asked;
  }
  const stored = remembered();
  return LANGUAGES.includes(stored) ? stored : 'zh-CN';
}

// Storage can be switched off in a browser; the language then lasts for this page only.
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
