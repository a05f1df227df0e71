/** A list that the server gives page by page, as its filters stand: of two questions on their way the later one counts. */
import { busy } from '../kit/busy.js';
import { problemNotice, say } from '../kit/notice.js';
import { isProblem } from '../page/client.js';
import { t } from '../page/i18n.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';

/** @typedef {string | number | null | undefined} Cursor */
/** @typedef {import('../shared/dom.js').Child} Child */

/**
 * @template T
 * @param {object} options
 * @param {import('./types.d.ts').App} options.app
 * @param {(cursor: Cursor) => Promise<{ items: T[], next?: Cursor }>} options.read one page; the first without a cursor
 * @param {(items: T[]) => Child | readonly Child[] | Promise<readonly Child[]>} options.draw
 * @param {string} options.none what is said where nothing fits
 */
export function pagedList({ app, read, draw, none }) {
  const node = el('div', { class: 'group', id: 'found' });
  const { begin } = turns();

  /** @param {Cursor} [cursor] @returns {Promise<Child[]>} */
  async function page(cursor) {
    const { items, next } = await read(cursor);
    const drawn = items.length === 0 ? el('p', { class: 'panel' }, none) : await draw(items);
    return [/** @type {Child[]} */ ([drawn]).flat(), more(next)].flat();
  }

  /** The first page; what goes wrong is the screen's. */
  async function first() {
    const late = begin();
    const drawn = await page();
    if (!late()) show(node, drawn);
  }

  /** The first page anew, since a filter has changed; what goes wrong is told in its place. */
  async function again() {
    const late = begin();
    node.setAttribute('aria-busy', 'true');
    try {
      const drawn = await page();
      if (!late()) show(node, drawn);
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) return app.sessionLost();
      const problem = problemNotice();
      say(problem, wordsFor(error));
      // What was asked before is no answer to this.
      show(node, problem, el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'button', onclick: again }, t('do.retry'))));
    } finally {
      if (!late()) node.removeAttribute('aria-busy');
    }
  }

  /** @param {Cursor} next */
  function more(next) {
    if (next === null || next === undefined) return null;
    const problem = problemNotice({ id: null });
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button', id: 'more', onclick: () => busy(button, go) }, t('issued.more'));
    const rest = el('div', { class: 'buttons' }, button, problem);
    return rest;

    async function go() {
      say(problem, '');
      try {
        const drawn = await page(next);
        const nodes = drawn.filter((one) => one instanceof HTMLElement);
        rest.replaceWith(...nodes);
        // Who goes on by keyboard goes on with the first that came.
        /** @type {HTMLElement | null | undefined} */ (nodes[0]?.querySelector('a, button'))?.focus();
      } catch (error) {
        if (isProblem(error, 401)) app.sessionLost();
        else say(problem, wordsFor(error));
      }
    }
  }

  return { node, first, again };
}
