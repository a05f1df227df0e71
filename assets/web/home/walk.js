/** Three clicks in two windows: show in the wallet, scan and read the verdict on the verifier's page. For a demo only. */
import { busy } from '../kit/busy.js';
import { problemNotice, say } from '../kit/notice.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el } from '../shared/dom.js';
import { codeOn, openWindow, OutOfHand, prepareShow, verify } from './hands.js';

/** Milliseconds between two looks at the wallet's screen. */
const LOOK = 400;

/** @param {import('./demo.js').Newcomer} who */
export function walk(who) {
  const told = el('p', { class: 'notice', role: 'status', id: 'walk-told', hidden: true });
  const problem = problemNotice({ id: 'walk-problem' });
  /** @type {HTMLButtonElement} */
  const first = el('button', { type: 'button', class: 'button primary', id: 'walk-show', onclick: () => busy(first, showing) }, t('walk.show'));
  /** @type {HTMLButtonElement} */
  const last = el('button', { type: 'button', class: 'button primary', id: 'walk-verify', disabled: true, onclick: () => busy(last, verifying) }, t('walk.verify'));
  /** @type {Window | null} */
  let wallet = null;
  /** What was on the wallet's screen last. @type {Blob | null} */
  let seen = null;
  /** Counts the shows: a look that began before one tells nothing of it. */
  let shows = 0;
  setInterval(look, LOOK);

  async function showing() {
    say(problem, '');
    const window = openWindow('lz-wallet', 0);
    if (!window) {
      say(problem, t('walk.blocked'));
      return;
    }
    try {
      shows += 1;
      wallet = null;
      seen = null;
      last.disabled = true;
      say(told, t('walk.preparing'));
      await prepareShow(window, who);
      wallet = window;
      say(told, t('walk.press'));
    } catch (error) {
      tell(error);
    }
  }

  /** The newest code: a window that lies under another one soon hides its own. */
  async function look() {
    const show = shows;
    const found = wallet && (await codeOn(wallet));
    if (!found || show !== shows) return;
    if (!seen) {
      last.disabled = false;
      say(told, t('walk.seen'));
    }
    seen = found;
  }

  async function verifying() {
    say(problem, '');
    const window = openWindow('lz-verify', 1);
    if (!window) {
      say(problem, t('walk.blocked'));
      return;
    }
    try {
      if (!seen) throw new OutOfHand();
      await verify(window, seen);
      say(told, t('walk.done'));
    } catch (error) {
      tell(error);
    }
  }

  /** @param {unknown} error */
  function tell(error) {
    say(told, '');
    say(problem, error instanceof OutOfHand ? t('walk.lost') : wordsFor(error));
  }

  return el(
    'section',
    { class: 'panel', id: 'walk', 'aria-labelledby': 'walk-title' },
    el('h2', { id: 'walk-title' }, t('walk.title')),
    el('p', { class: 'quiet' }, t('walk.who', { login: who.login })),
    el(
      'ol',
      { class: 'steps' },
      step(t('walk.step_show'), t('walk.step_show_how'), first),
      step(t('walk.step_press'), t('walk.step_press_how')),
      step(t('walk.step_verify'), t('walk.step_verify_how'), last),
    ),
    told,
    problem,
    el('p', { class: 'quiet', id: 'walk-account' }, t('walk.account', who)),
  );
}

/** @param {string} name @param {string} how @param {HTMLElement} [act] */
const step = (name, how, act) => el('li', {}, el('h3', {}, name), el('div', { class: 'step' }, el('p', {}, how), act ?? null));
