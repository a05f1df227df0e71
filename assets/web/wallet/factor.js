/** The field for the authenticator's code, asked for beside the PIN where a licence or a scene wants more than the PIN (R44). */
import { say } from '../kit/notice.js';
import { asksForCode, Problem } from '../page/client.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';

/** Whether the server wants a second factor; the PIN was right. @param {unknown} error */
export const needsFactor = (error) => error instanceof Problem && error.code === 'second-factor-needed';

/**
 * Says why a PIN and what was given beside it were not taken, and asks for what is to be given again: the PIN stays where it
 * was right.
 *
 * @param {unknown} error
 * @param {{ factor: ReturnType<typeof factorField>, pin: HTMLInputElement, problem: HTMLElement }} form
 */
export function proofRefused(error, { factor, pin, problem }) {
  if (needsFactor(error)) {
    say(problem, factor.need(/** @type {Problem} */ (error)));
    return;
  }
  say(problem, wordsFor(error));
  // A wrong code of the authenticator says that the PIN was right.
  if (asksForCode(error)) factor.again();
  else {
    pin.value = '';
    pin.focus();
  }
}

/** Hidden until it is needed. */
export function factorField() {
  const code = el('input', { id: 'factor', name: 'factor', inputmode: 'text', autocomplete: 'one-time-code', autocapitalize: 'none', maxlength: '32', required: false });
  const asked = el('div', { hidden: true }, el('label', { for: 'factor' }, t('login.totp')), code);
  const none = el('p', { hidden: true });
  return {
    node: el('div', {}, asked, none),
    value: () => (asked.hidden ? undefined : code.value.trim()),
    asked: () => !asked.hidden,
    /** Nothing is asked for any more. */
    forget() {
      asked.hidden = none.hidden = true;
      code.value = '';
    },
    /** The one given was wrong, or is shut for a while. */
    again() {
      code.value = '';
      code.focus();
    },
    /** Asks, or leads to where an authenticator is set up if there is none; what to say of it. @param {Problem} problem */
    need(problem) {
      // The server says more only where the account has none.
      if (problem.body.detail) {
        none.hidden = false;
        show(none, el('a', { class: 'button secondary', href: '#account' }, t('account.open')));
        return wordsFor(problem);
      }
      asked.hidden = false;
      code.value = '';
      code.focus();
      return t('card.factor_needed');
    },
  };
}
