/** Logging in to the office; and what somebody sees who works for no unit. */
import { busy } from '../../kit/busy.js';
import { group } from '../../kit/composed.js';
import { problemNotice, say } from '../../kit/notice.js';
import { labelled, line } from '../../kit/parts.js';
import { asksForCode, Problem } from '../../page/client.js';
import { t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';

/**
 * @param {{ why: string, loggedIn: () => Promise<void> }} options `why`: for what reason there is no session any more
 * @returns {import('../types.d.ts').View}
 */
export function loginView({ why, loggedIn }) {
  const name = el('input', { id: 'login', name: 'login', required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const password = el('input', { id: 'password', name: 'password', type: 'password', required: true, autocomplete: 'current-password' });
  const totp = el('input', { id: 'totp', name: 'totp', maxlength: '32', autocomplete: 'one-time-code', autocapitalize: 'none', spellcheck: 'false' });
  const second = labelled(totp, { label: t('enter.totp'), hint: t('enter.totp_hint') }).node;
  second.hidden = true;
  const button = el('button', { type: 'submit', class: 'button primary' }, t('enter.submit'));
  const problem = problemNotice();

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    void busy(button, enter);
  }

  async function enter() {
    say(problem, '');
    try {
      await api.login(name.value, password.value, totp.value.trim());
      await loggedIn();
    } catch (error) {
      if (asksForCode(error)) {
        // The password was right: it stays, and the code of the authenticator is asked for beside it.
        if (!second.hidden) say(problem, wordsFor(error));
        second.hidden = false;
        totp.value = '';
        totp.focus();
        return;
      }
      say(problem, wordsFor(error));
      password.value = '';
      password.focus();
    }
  }

  return {
    title: t('enter.title'),
    nodes: [
      why ? el('p', { class: 'notice problem', role: 'alert', id: 'why' }, why) : null,
      el('form', { class: 'panel form narrow-panel', onsubmit: submitted }, labelled(name, { label: t('enter.name') }).node, labelled(password, { label: t('enter.password') }).node, second, problem, button),
      el('p', { class: 'quiet' }, t('enter.staff_only')),
    ],
  };
}

/**
 * @param {{ name: string, logout: () => Promise<void> }} options
 * @returns {import('../types.d.ts').View}
 */
export function outsideView({ name, logout }) {
  return {
    title: t('enter.outside'),
    nodes: [
      el('p', { class: 'panel', id: 'outside' }, t('enter.outside_why', { name })),
      el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '/wallet' }, t('office.wallet')), el('button', { type: 'button', class: 'button', onclick: () => logout() }, t('office.logout'))),
    ],
  };
}

/**
 * The unit's work asks for two factors, and this session was made with one.
 *
 * @param {{ logout: () => Promise<void> }} options
 * @returns {import('../types.d.ts').View}
 */
export const factorView = ({ logout }) => ({
  title: t('enter.factor_title'),
  nodes: [
    el('p', { class: 'panel', id: 'factor' }, t('enter.factor_why')),
    el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '/wallet#account' }, t('enter.factor_set')), el('button', { type: 'button', class: 'button', onclick: () => logout() }, t('office.logout'))),
  ],
});

/**
 * The first password was told by somebody else: another one is set before any work.
 *
 * @param {{ why: string, changed: () => Promise<void>, logout: () => Promise<void> }} options
 * @returns {import('../types.d.ts').View}
 */
export function firstPasswordView({ why, changed, logout }) {
  const needed = t('form.needed');
  const part = group({
    old_password: line({ label: t('enter.old_password'), needed, props: { type: 'password', autocomplete: 'current-password', id: 'old' } }),
    new_password: line({ label: t('enter.new_password'), hint: t('enter.new_hint'), needed, props: { type: 'password', autocomplete: 'new-password', id: 'new' } }),
  });
  const problem = problemNotice();
  const button = el('button', { type: 'submit', class: 'button primary' }, t('enter.set_password'));

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    const missing = part.missing();
    for (const { place, words } of missing) place.tell(words);
    if (missing.length > 0) missing[0].place.focus();
    else void busy(button, change);
  }

  async function change() {
    say(problem, '');
    try {
      await api.changePassword(part.value());
      await changed();
    } catch (error) {
      const errors = error instanceof Problem ? (error.body.errors ?? []) : [];
      for (const { pointer, detail } of errors) part.place(pointer.split('/').slice(1))?.tell(detail);
      if (errors.length === 0) say(problem, wordsFor(error));
    }
  }

  return {
    title: t('enter.first_title'),
    nodes: [
      el('p', { class: 'notice', id: 'first-password' }, why),
      el('form', { class: 'panel form narrow-panel', onsubmit: submitted, novalidate: true }, part.node, problem, el('div', { class: 'buttons' }, button, el('button', { type: 'button', class: 'button', onclick: () => logout() }, t('office.logout')))),
    ],
  };
}
