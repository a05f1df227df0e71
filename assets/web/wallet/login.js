/** Logging in. */
import { el, show } from '../shared/dom.js';
import { t } from '../js/i18n.js';
import * as api from './api.js';
import { wordsFor } from './words.js';

export function loginView(app) {
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

const field = (name, props) => el('input', { id: name, name, required: true, ...props });
