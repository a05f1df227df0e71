/** Logging in. */
import { problemNotice, say } from '../../kit/notice.js';
import { t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';

/**
 * @param {import('../types.d.ts').App} app
 * @param {string[]} unfinished what a logout could not do; it can be tried again, a new session takes the old's place
 * @param {string} [why] why there is no session any more
 * @returns {import('../types.d.ts').View}
 */
export function loginView(app, unfinished = [], why = '') {
  app.title(t('login.title'), false);
  const name = field('login', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const password = field('password', { type: 'password', autocomplete: 'current-password' });
  const button = el('button', { type: 'submit', class: 'button primary' }, t('login.submit'));
  const problem = problemNotice();

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    say(problem, '');
    try {
      const { principal } = await api.login(name.value, password.value);
      await app.loggedIn(principal);
    } catch (error) {
      say(problem, wordsFor(error));
      password.value = '';
      password.focus();
    } finally {
      button.disabled = false;
    }
  }

  return {
    nodes: [
      why ? el('p', { class: 'notice problem', role: 'alert', id: 'why' }, why) : null,
      unfinished.map((words) => el('p', { class: 'notice problem', role: 'alert' }, words)),
      unfinished.length > 0
        ? el('button', { class: 'button secondary', type: 'button', onclick: () => app.logout() }, t('login.again'))
        : null,
      el(
        'form',
        { class: 'panel', onsubmit: submitted },
        el('label', { for: 'login' }, t('login.name')),
        name,
        el('label', { for: 'password' }, t('login.password')),
        password,
        problem,
        button,
      ),
    ],
  };
}

/**
 * While a logout runs; there is no form, because its answer takes away whatever cookie there is by then.
 *
 * @param {import('../types.d.ts').App} app
 * @returns {import('../types.d.ts').View}
 */
export function leavingView(app) {
  app.title(t('login.title'), false);
  return { nodes: [el('p', { class: 'notice', role: 'status' }, t('login.leaving'))] };
}

/**
 * @param {string} name
 * @param {import('../../shared/dom.js').Props} props
 */
const field = (name, props) => el('input', { id: name, name, required: true, ...props });
