/** What a person is told when this browser keeps nothing, or nothing more. */
import { say } from '../kit/notice.js';
import { el } from '../shared/dom.js';
import { t } from './i18n.js';

/** A line for it, hidden while all is kept, and what draws it again. */
export function storageNotice() {
  const node = el('p', { class: 'notice problem', id: 'storage', role: 'status', hidden: true });
  /** @type {import('../shared/store.js').Trouble} */
  let told = null;

  /** @param {{ trouble: import('../shared/store.js').Trouble }} store */
  function draw({ trouble }) {
    // It is read aloud when it changes.
    if (trouble === told) return;
    told = trouble;
    say(node, trouble ? t(`store.${trouble}`) : '');
  }

  return { node, draw };
}
