/**
 * Keys of the office: `?` shows them. A key of one letter does nothing while somebody types, and can be switched off
 * (WCAG 2.1.4): voice control says letters.
 */
import { flag } from '../kit/parts.js';
import { t } from '../page/i18n.js';
import { el } from '../shared/dom.js';

/** @typedef {import('./types.d.ts').Shortcut} Shortcut */

const OFF = 'lz.office.keys-off';

/** How long the second of two keys is waited for. */
const PAUSE_MS = 1500;

/** @type {Shortcut[]} */
let known = [];
let first = '';
let firstAt = 0;

/** From now on these keys count. @param {Shortcut[]} shortcuts */
export function setShortcuts(shortcuts) {
  known = shortcuts;
}

addEventListener('keydown', (event) => {
  // With caps lock on it is a capital.
  if (event.key.toLowerCase() === 's' && (event.ctrlKey || event.metaKey)) {
    const saving = known.find(({ keys }) => keys === SAVE);
    if (saving && !document.querySelector('dialog[open]')) {
      event.preventDefault();
      saving.run();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (event.key === '?') {
    event.preventDefault();
    showHelp();
    return;
  }
  if (areOff()) return;
  const late = event.timeStamp - firstAt > PAUSE_MS;
  const pressed = first && !late ? `${first} ${event.key}` : event.key;
  const found = known.find(({ keys }) => keys === pressed) ?? known.find(({ keys }) => keys === event.key);
  first = '';
  if (found) {
    event.preventDefault();
    found.run();
  } else if (known.some(({ keys }) => keys.startsWith(`${event.key} `))) {
    first = event.key;
    firstAt = event.timeStamp;
  }
});

/** Saving works while typing, too. */
export const SAVE = 'Ctrl S';

/** The keys that count now, and the switch for them. */
export function showHelp() {
  const before = document.activeElement;
  const off = flag({ label: t('keys.off'), hint: t('keys.off_hint'), value: areOff() });
  off.control.addEventListener('change', () => setOff(off.control.checked));
  const rows = [{ keys: '?', what: t('keys.help') }, ...known].map(({ keys, what }) =>
    el('div', { class: 'key-row' }, el('dt', {}, keys.split(' ').map((key) => [el('kbd', {}, key), ' '])), el('dd', {}, what)),
  );
  /** @type {HTMLDialogElement} */
  const dialog = el(
    'dialog',
    { class: 'dialog', id: 'help', 'aria-labelledby': 'help-title' },
    el('div', { class: 'form' },
      el('h2', { id: 'help-title' }, t('keys.title')),
      el('dl', { class: 'key-list' }, rows),
      off.node,
      el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'button primary', onclick: () => dialog.close() }, t('do.close'))),
    ),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function areOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

/** @param {boolean} off */
function setOff(off) {
  try {
    if (off) localStorage.setItem(OFF, '');
    else localStorage.removeItem(OFF);
  } catch {
    // Storage is switched off in this browser: the keys stay as they are.
  }
}
