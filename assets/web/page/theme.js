/**
 * Light or dark: as the device says, or as somebody chose on this browser.
 *
 * The styles ask the device (`prefers-color-scheme`). A choice rewrites that one question in the page's own rules, so the
 * colours stand in one place.
 */

/** @typedef {'auto' | 'light' | 'dark'} Theme */

/** @type {readonly Theme[]} */
export const THEMES = ['auto', 'light', 'dark'];

const STORED = 'lz.theme';
const ASKED = '(prefers-color-scheme: dark)';

/** @type {Record<Theme, string>} */
const MEDIA = { auto: ASKED, light: 'not all', dark: 'all' };

/** The rules that hold the dark colours. @type {CSSMediaRule[] | null} */
let rules = null;

/** What was chosen. @returns {Theme} */
export function theme() {
  try {
    const stored = localStorage.getItem(STORED);
    return THEMES.find((one) => one === stored) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Chooses, and shows it. @param {Theme} chosen */
export function setTheme(chosen) {
  try {
    if (chosen === 'auto') localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, chosen);
  } catch {
    // Storage is switched off in this browser: the choice lasts for this page only.
  }
  showTheme(chosen);
}

/** Shows what was chosen. @param {Theme} [chosen] */
export function showTheme(chosen = theme()) {
  rules ??= darkRules();
  for (const rule of rules) rule.media.mediaText = MEDIA[chosen];
}

function darkRules() {
  const all = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return all.filter((rule) => rule instanceof CSSMediaRule && rule.conditionText === ASKED).map((rule) => /** @type {CSSMediaRule} */ (rule));
}
