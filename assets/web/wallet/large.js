/** 长辈版: large letters and large things to press, as somebody chose on this browser. */
import { t } from '../page/i18n.js';
import { el } from '../shared/dom.js';

const STORED = 'lz.large';

/** Whether it is shown. */
const isLarge = () => document.documentElement.dataset.large !== undefined;

/** Whether it was chosen. */
function isChosen() {
  try {
    return localStorage.getItem(STORED) !== null;
  } catch {
    return false;
  }
}

/** Chooses, and shows it. @param {boolean} large */
function setLarge(large) {
  try {
    if (large) localStorage.setItem(STORED, '');
    else localStorage.removeItem(STORED);
  } catch {
    // Storage is switched off in this browser: the choice lasts for this page only.
  }
  showLarge(large);
}

/** Shows what was chosen. @param {boolean} [large] */
export function showLarge(large = isChosen()) {
  if (large) document.documentElement.dataset.large = '';
  else delete document.documentElement.dataset.large;
}

/** What chooses it, and says whether it is chosen. */
export function largeSwitch() {
  const button = el(
    'button',
    {
      type: 'button',
      class: 'button small',
      id: 'large',
      'aria-pressed': String(isLarge()),
      onclick: () => {
        setLarge(!isLarge());
        button.setAttribute('aria-pressed', String(isLarge()));
      },
    },
    t('large.switch'),
  );
  return button;
}
