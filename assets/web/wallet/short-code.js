/** The short code of an open show: eight digits to be read out where no camera reads the code. Only the server makes them. */
import { busy } from '../kit/busy.js';
import { nowMs } from '../page/clock.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';

/**
 * Draws into `place` the button that gets one, and the digits until they are over. A phone without a network has none.
 *
 * @param {import('./types.d.ts').Source} source
 * @param {HTMLElement} place
 */
export function shortCode(source, place) {
  const digits = el('p', { class: 'short-digits', id: 'short-code', role: 'status' });
  const left = el('p', { class: 'quiet', role: 'timer', 'aria-live': 'off' });
  const said = el('p', { class: 'quiet', role: 'status' });
  /** @type {HTMLButtonElement} */
  const button = el('button', { type: 'button', class: 'button secondary', id: 'get-short-code', onclick: () => busy(button, get) }, t('show.short'));
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let ended = false;

  async function get() {
    if (source.kind !== 'online') return;
    clear('');
    try {
      const { code, expires_at: until } = await api.shortCode(source.show);
      if (ended || document.visibilityState === 'hidden') return;
      const halves = `${code.slice(0, 4)} ${code.slice(4)}`;
      // Read out digit by digit, not as a number.
      show(digits, el('span', { 'aria-hidden': 'true' }, halves), el('span', { class: 'visually-hidden' }, [...code].join(' ')));
      timer = setInterval(() => tick(until), 250);
      tick(until);
    } catch (error) {
      if (!ended) said.textContent = wordsFor(error);
    }
  }

  /** @param {number} until */
  function tick(until) {
    const seconds = Math.ceil((until * 1000 - nowMs()) / 1000);
    if (seconds > 0) left.textContent = t('show.short_left', { n: seconds });
    else clear(t('show.short_over'));
  }

  /** @param {string} words */
  function clear(words) {
    clearInterval(timer);
    show(digits);
    left.textContent = '';
    said.textContent = words;
  }

  // What nobody looks at can be read by somebody else.
  const hidden = () => {
    if (document.visibilityState === 'hidden') clear('');
  };

  document.addEventListener('visibilitychange', hidden);
  if (source.kind === 'online') show(place, digits, left, el('div', { class: 'buttons' }, button), el('p', { class: 'quiet' }, t('show.short_what')), said);
  else show(place);
  return {
    stop() {
      ended = true;
      clear('');
      document.removeEventListener('visibilitychange', hidden);
    },
  };
}
