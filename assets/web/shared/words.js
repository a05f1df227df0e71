/** Texts and dates in one language: shared by the pages and the element, which may stand in two languages on one page. */

/** @typedef {'zh-CN' | 'en'} Language */

/** @type {readonly Language[]} */
export const LANGUAGES = ['zh-CN', 'en'];

/** The language of ours that a tag like `en-GB` asks for; zh-CN for any other. @type {(tag: string | null | undefined) => Language} */
export const languageOf = (tag) => (/^en\b/i.test(tag ?? '') ? 'en' : 'zh-CN');

/**
 * Whether an error brings its own words, as those of our modules do.
 *
 * @param {unknown} error
 * @returns {error is import('/assets/wasm/verifier.js').LiangzhengError}
 */
export const hasTexts = (error) => error instanceof Error && 'texts' in error;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Seconds. Since 1991 the whole of China keeps UTC+8 all year round. */
export const CHINA = 8 * 3600;

/**
 * The wall clock in China, in the UTC fields of what it returns.
 *
 * By arithmetic, since what `Intl` writes differs from engine to engine (ICU 72 writes `en-CA` as 11/22/2029), and so do
 * the names of months in it (`Sep`, `Sept`).
 *
 * @param {number} seconds
 */
const inChina = (seconds) => new Date((seconds + CHINA) * 1000);

/** Words of `lang` from its catalogues (`assets/web/i18n`). `t` and `pick` may be taken out of it. */
export class Words {
  #texts;

  /**
   * @param {Language} lang
   * @param {Record<string, string>} texts
   */
  constructor(lang, texts) {
    this.lang = lang;
    this.#texts = texts;
  }

  /**
   * The text for `key`, `{name}` filled from `values`. A missing key shows itself, and a test looks for that.
   *
   * @type {(key: string, values?: Record<string, string | number>) => string}
   */
  t = (key, values = {}) => {
    const text = this.#texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };

  /**
   * A `{zh-CN, en}` text of the server or a verdict.
   *
   * @type {(text: Record<Language, string> | null | undefined) => string}
   */
  pick = (text) => text?.[this.lang] ?? text?.['zh-CN'] ?? '';

  /** `YYYYMMDD` as a person writes it; `null` means without end (长期). @param {string | null} text */
  day(text) {
    if (!text) return this.t('day.long_term');
    return this.#date(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)));
  }

  /** Unix seconds as a wall clock in China: `14:32:07`. @param {number} seconds */
  clockTime(seconds, withSeconds = true) {
    const time = inChina(seconds);
    const parts = [time.getUTCHours(), time.getUTCMinutes(), ...(withSeconds ? [time.getUTCSeconds()] : [])];
    return parts.map((part) => String(part).padStart(2, '0')).join(':');
  }

  /** Unix seconds as date and wall clock in China. @param {number} seconds */
  moment(seconds, withSeconds = true) {
    const time = inChina(seconds);
    const date = this.#date(time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate());
    return `${date} ${this.clockTime(seconds, withSeconds)}`;
  }

  /**
   * @param {number} year
   * @param {number} month 1 to 12
   * @param {number} date
   */
  #date(year, month, date) {
    return this.lang === 'zh-CN' ? `${year}年${month}月${date}日` : `${date} ${MONTHS[month - 1]} ${year}`;
  }

  /** A span of time in its largest unit: 「2 小时」. @param {number} seconds */
  span(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return this.t('span.seconds', { n: whole });
    if (whole < 3600) return this.t('span.minutes', { n: Math.floor(whole / 60) });
    if (whole < 2 * 86400) return this.t('span.hours', { n: Math.floor(whole / 3600) });
    return this.t('span.days', { n: Math.floor(whole / 86400) });
  }
}
