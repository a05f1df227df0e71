/** The frame of every page: its heading, a way back, and the other language. */
import { el, show } from '../shared/dom.js';
import { otherLanguage, t } from './i18n.js';

/**
 * Names the page, in its heading and in the browser's title.
 *
 * @param {string} text
 * @param {string | null} [back] the address the way back leads to; null for none
 * @param {HTMLElement | null} [more] what else stands beside it
 */
export function heading(text, back = null, more = null) {
  const other = otherLanguage();
  document.title = `${text} · ${t('name')}`;
  show(
    header(),
    back === null ? null : el('a', { href: back, class: 'back', 'aria-label': t('back') }, '‹'),
    el('h1', { tabindex: '-1' }, text),
    more,
    el('a', { href: other.href, lang: other.lang, hreflang: other.lang, class: 'language' }, other.name),
  );
}

/** Moves the focus to the heading, so that a reader hears which screen this is. */
export function focusHeading() {
  header().querySelector('h1')?.focus();
}

/** The element every page's document has for its content. */
export const main = () => part('main');

const header = () => part('header');

/** @param {string} id */
function part(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the document has no #${id}`);
  return node;
}
