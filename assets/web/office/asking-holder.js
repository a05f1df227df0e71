/** What a counter asks of the holder before it: its code on the screen, and how it goes on by itself (ER1). */
import { nowMs } from '../page/clock.js';
import { moment, pick, t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';

/**
 * @typedef {import('./types.d.ts').Schemas} Schemas
 * @typedef {Schemas['CounterRequest']} CounterRequest
 */

/** Milliseconds between two questions whether the holder has answered. */
const ASK_EVERY = 2000;

/**
 * The picture of a request's code, with the time that is left.
 *
 * @param {CounterRequest} request one that waits
 * @param {import('../shared/dom.js').Children} words what the holder is told beside it
 */
export function codeOf({ qr_svg, expires_at: end }, words) {
  const url = URL.createObjectURL(new Blob([qr_svg ?? ''], { type: 'image/svg+xml' }));
  const picture = el('img', { id: 'counter-code', src: url, alt: t('counter.picture'), width: '420', height: '420' });
  picture.addEventListener('load', () => URL.revokeObjectURL(url));
  const left = el('span', { role: 'timer', 'aria-live': 'off', id: 'left' });
  const timer = setInterval(look, 500);
  look();

  function look() {
    left.textContent = t('counter.left', { n: Math.max(0, Math.ceil(end - nowMs() / 1000)) });
  }

  const node = el('section', { class: 'panel counter-code' }, words, picture, el('p', { class: 'no-print' }, left), el('p', { class: 'hint' }, t('counter.until', { time: moment(end) })));
  return { node, stop: () => clearInterval(timer) };
}

/**
 * Draws a request into a place, and again whenever it stands otherwise; resolves once it was drawn first. What goes wrong
 * later is told, and asked again as long as `failed` says so.
 *
 * @param {object} watched
 * @param {string} watched.caseId
 * @param {string} watched.id
 * @param {HTMLElement} watched.place
 * @param {(request: CounterRequest) => { node: import('../shared/dom.js').Children, stop?: () => void }} watched.draw
 * @param {(error: unknown) => boolean} watched.failed
 * @returns {Promise<() => void>} ends it
 */
export async function watch({ caseId, id, place, draw, failed }) {
  let state = '';
  let ended = false;
  let stop = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {CounterRequest} request */
  function put(request) {
    if (request.state !== state) {
      stop();
      state = request.state;
      const drawn = draw(request);
      stop = drawn.stop ?? (() => {});
      show(place, drawn.node);
    }
    if (ended) return;
    const left = (request.readable_until ?? 0) * 1000 - nowMs();
    if (state === 'open') timer = setTimeout(again, ASK_EVERY);
    else if (left > 0) timer = setTimeout(fade, left + 500);
  }

  /** What was given is not to be read for longer: the server tells the same without it. */
  function fade() {
    state = '';
    void again();
  }

  async function again() {
    try {
      const request = await api.counterRequest(caseId, id);
      if (!ended) put(request);
    } catch (error) {
      if (ended) return;
      if (failed(error)) timer = setTimeout(again, ASK_EVERY);
    }
  }

  put(await api.counterRequest(caseId, id));
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
  };
}

/** What became of a request, in words. @param {CounterRequest} request */
export const stateLine = ({ state, state_label: label, answered_at: at }) =>
  el('p', { class: 'state-line' }, el('strong', { class: 'badge', id: 'state', 'data-state': state, role: 'status' }, pick(label)), at ? el('span', { class: 'quiet' }, moment(at)) : null);
