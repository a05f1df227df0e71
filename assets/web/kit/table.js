/** A table; on a narrow screen each row stands as a block, its cells under the names of their columns. */
import { el } from '../shared/dom.js';

/**
 * @param {{ caption: string, head: readonly string[], rows: readonly (readonly import('../shared/dom.js').Children[])[], id?: string }} options
 */
export function table({ caption, head, rows, id }) {
  return el(
    'table',
    { class: 'table', id },
    el('caption', { class: 'visually-hidden' }, caption),
    el('thead', {}, el('tr', {}, head.map((name) => el('th', { scope: 'col' }, name)))),
    el(
      'tbody',
      {},
      rows.map((cells) =>
        el('tr', {}, cells.map((cell, at) => el(at === 0 ? 'th' : 'td', { scope: at === 0 ? 'row' : null, 'data-name': head[at] }, cell))),
      ),
    ),
  );
}
