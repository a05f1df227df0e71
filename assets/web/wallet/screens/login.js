/** Logging in. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { asksForCode } from '../../page/client.js';
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
  const code = field('totp', { inputmode: 'text', autocomplete: 'one-time-code', autocapitalize: 'none', required: false });
  const second = el('div', { hidden: true }, el('label', { for: 'totp' }, t('login.totp')), code);
  const provider = el('a', { class: 'button secondary', id: 'oidc', href: '/api/v1/login/oidc', hidden: true }, t('login.oidc'));
  // Where the server does not say, the password is there.
  api.loginWays().then(({ oidc }) => (provider.hidden = !oidc), () => undefined);
  const problem = problemNotice();

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    void busy(button, enter);
  }

  async function enter() {
    say(problem, '');
    try {
      const { principal } = await api.login(name.value, password.value, code.value);
      await app.loggedIn(principal);
    } catch (error) {
      say(problem, wordsFor(error));
      if (asksForCode(error)) {
        // The password was right: it stays, and the code is asked beside it.
        second.hidden = false;
        code.value = '';
        code.focus();
      } else {
        password.value = '';
        password.focus();
      }
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
        second,
        problem,
        button,
      ),
      provider,
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
