/** A question before something is done: it holds the focus, Escape and its button leave it, and a failure is told inside it. */
import { el } from '../shared/dom.js';
import { busy } from './busy.js';
import { problemNotice, say } from './notice.js';

/**
 * Asks, and does `then` when agreed; resolves to what `then` gave, or null where it was left.
 *
 * @template T
 * @param {object} asked
 * @param {string} asked.title
 * @param {import('../shared/dom.js').Children} asked.body
 * @param {string} asked.agree
 * @param {string} asked.leave
 * @param {boolean} [asked.grave] what is done cannot be undone
 * @param {() => import('./parts.js').Missing[]} [asked.missing] what must be filled in first
 * @param {() => Promise<T>} then
 * @param {(error: unknown) => string} wordsFor
 * @returns {Promise<T | null>}
 */
export function ask({ title, body, agree, leave, grave = false, missing = () => [] }, then, wordsFor) {
  const before = document.activeElement;
  const problem = problemNotice({ id: 'dialog-problem' });
  const yes = el('button', { type: 'submit', class: grave ? 'button grave' : 'button primary' }, agree);
  const no = el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, leave);
  /** @type {HTMLDialogElement} */
  const dialog = el(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'dialog-title' },
    el('form', { class: 'form', onsubmit: submitted, novalidate: true }, el('h2', { id: 'dialog-title' }, title), body, problem, el('div', { class: 'buttons' }, yes, no)),
  );
  document.body.append(dialog);
  /** @type {T | null} */
  let given = null;

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    const wanting = missing();
    for (const { place, words } of wanting) place.tell(words);
    if (wanting.length > 0) {
      wanting[0].place.focus();
      return;
    }
    void busy(yes, agreed);
  }

  async function agreed() {
    say(problem, '');
    try {
      given = await then();
      dialog.close();
    } catch (error) {
      say(problem, wordsFor(error));
    }
  }

  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(given);
    });
  });
}
