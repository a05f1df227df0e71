/** Finding a card in a long list by any word on it. */
import { t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';

/** So many cards are seen at a glance. */
const FEW = 4;

/**
 * A field that hides the cards of `list` in which its words are not, with the headings that have none left. Call `refresh`
 * when the list has others.
 *
 * @param {HTMLElement} list
 */
export function searchField(list) {
  const input = el('input', { type: 'search', id: 'search', autocomplete: 'off', enterkeyhint: 'search', oninput: refresh });
  const found = el('p', { class: 'quiet found', role: 'status', id: 'found' });
  const node = el('div', { class: 'search', role: 'search', hidden: true }, el('label', { for: 'search' }, t('list.search')), input, found);

  function refresh() {
    const cards = [...list.querySelectorAll('.cards > li')];
    node.hidden = cards.length <= FEW;
    const wanted = node.hidden ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const card of /** @type {HTMLElement[]} */ (cards)) {
      const words = (card.textContent ?? '').toLowerCase();
      card.hidden = !wanted.every((word) => words.includes(word));
      if (!card.hidden) left += 1;
    }
    for (const group of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('.holder'))) {
      group.hidden = wanted.length > 0 && [...group.querySelectorAll('.cards > li')].every((card) => /** @type {HTMLElement} */ (card).hidden);
    }
    show(found, wanted.length > 0 ? t(left === 0 ? 'list.found_none' : 'list.found', { n: left }) : '');
  }

  return { node, refresh };
}
