/** A place for what has to be said; hidden while there is nothing. */
import { el, show } from '../shared/dom.js';

/** A place for what went wrong, read aloud at once. @param {import('../shared/dom.js').Props} [props] */
export const problemNotice = (props = {}) =>
  el('p', { class: 'notice problem', role: 'alert', id: 'problem', hidden: true, ...props });

/**
 * @param {HTMLElement} notice
 * @param {string} words
 */
export function say(notice, words) {
  notice.hidden = words === '';
  show(notice, words);
}
