/** Logging in. */
import { el, show } from '../../shared/dom.js';
import { t } from '../../page/i18n.js';
import * as api from '../api.js';
import { wordsFor } from '../words.js';

/** `unfinished`: what a logout could not do, as texts. It can be tried again; a new session takes the old's place. */
export function loginView(app, unfinished = []) {
  app.title(t('login.title'), false);
  const name = field('login', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const password = field('password', { type: 'password', autocomplete: 'current-password' });
  const button = el('button', { type: 'submit', class: 'button primary' }, t('login.submit'));
  const problem = el('p', { class: 'notice problem', role: 'alert', hidden: true });

  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      await api.login(name.value, password.value);
      await app.loggedIn(name.value);
    } catch (error) {
      problem.hidden = false;
      show(problem, wordsFor(error));
      password.value = '';
      password.focus();
    } finally {
      button.disabled = false;
    }
  }

  return {
    nodes: [
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

/** While a logout runs; there is no form, because its answer takes away whatever cookie there is by then. */
export function leavingView(app) {
  app.title(t('login.title'), false);
  return { nodes: [el('p', { class: 'notice', role: 'status' }, t('login.leaving'))] };
}

const field = (name, props) => el('input', { id: name, name, required: true, ...props });
