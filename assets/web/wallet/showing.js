/** The code on the screen, with its countdown, and everything that can happen to it. */
import { el, show, svg } from '../shared/dom.js';
import { clockTime, pick, span, t } from '../js/i18n.js';
import { now } from '../js/clock.js';
import * as api from './api.js';
import { keptUntil, ownCodes } from './card.js';
import { LiveCode } from './code.js';
import { validity } from './list.js';
import * as phone from './phone.js';
import { wordsFor } from './words.js';

const RADIUS = 20;
const AROUND = 2 * Math.PI * RADIUS;

/**
 * Shows codes from `source` in `place` until it is over, then calls `onOver` with what to say.
 *
 * `later` fetches a grant for the next time there is no network; it starts when the first code is on the screen, so
 * nobody waits for it. Returns `{stop}`.
 */
export function showing({ app, card, place, scene, source, later = null, onOver }) {
  const parts = frame({ card, scene });
  const state = { made: 0, span: 1, offline: false, ended: false, endsAt: null, url: null, turn: 0 };
  let live = start(source);
  let lock = null;
  navigator.wakeLock?.request('screen').then(
    (held) => (lock = held),
    () => undefined,
  );

  parts.refresh.addEventListener('click', () => live.refresh());
  parts.end.addEventListener('click', () => over(t('show.ended')));
  parts.enlarge.addEventListener('click', () => {
    const large = parts.code.classList.toggle('large');
    parts.enlarge.setAttribute('aria-pressed', String(large));
    parts.code.scrollIntoView({ block: 'center' });
  });
  show(place, parts.root);
  parts.root.focus({ preventScroll: true });
  if (later) later().then((kept) => tell(parts.kept, keptUntil(kept)), () => tell(parts.kept, t('card.not_kept')));

  function start(from) {
    tell(parts.source, from.kind === 'offline' ? t('show.offline') : '');
    const code = new LiveCode(from, (event) => happened(event));
    code.start();
    return code;
  }

  async function happened(event) {
    if (state.ended) return;
    if (event.code) await draw(event.code);
    if ('hidden' in event) hide(event.hidden);
    if (event.tick) tick(event.tick);
    if (event.offline) state.offline = true;
    if (event.waiting) tell(parts.said, t('error.wait', { span: span(event.waiting) }));
    if (event.over) over(t('show.over'));
    if (event.problem) failed(event.problem);
  }

  /**
   * Puts a code on the screen once the browser has its picture ready: an empty white square is no code. What was hidden
   * or drawn since is not overtaken. Throws when there is no picture.
   */
  async function draw(code) {
    const turn = ++state.turn;
    const late = () => state.ended || turn !== state.turn || code.deadAt <= now();
    const picture = await pictureOf(code.text);
    if (late()) {
      forget(picture);
      return;
    }
    swapPicture(picture);
    try {
      await parts.picture.decode();
    } catch (error) {
      if (late()) return;
      throw error;
    }
    if (late()) return;
    Object.assign(state, { made: now(), offline: false, endsAt: code.endsAt });
    state.span = Math.max(1, code.refreshAt - state.made);
    parts.picture.hidden = false;
    parts.veil.hidden = true;
    tell(parts.madeAt, t('show.made_at', { time: clockTime(state.made) }));
    tell(parts.said, t('show.renewed'));
  }

  async function pictureOf(text) {
    const wallet = await app.modules;
    if (wallet) return `data:image/svg+xml,${encodeURIComponent(wallet.qrSvg(text))}`;
    return URL.createObjectURL(await api.showPicture(live.source.show));
  }

  function forget(url) {
    if (url?.startsWith('blob:')) URL.revokeObjectURL(url);
  }

  function swapPicture(url) {
    forget(state.url);
    state.url = url;
    if (url) parts.picture.src = url;
    else parts.picture.removeAttribute('src');
  }

  function hide(reason) {
    state.turn += 1;
    swapPicture(null);
    parts.picture.hidden = true;
    parts.veil.hidden = reason === null;
    if (reason === 'background') tell(parts.veil, t('show.background'));
    if (reason === 'no-network') {
      tell(parts.veil, t('show.no_network'));
      tell(parts.said, '');
      takeOver();
    }
  }

  /** The network went while the show was open: the phone goes on by itself if it holds a grant for this. */
  async function takeOver() {
    if (live.source.kind === 'offline' || !state.offline) return;
    const kept = await phone.grantFor(card.id, scene.code);
    if (!kept || state.ended) return;
    const own = await ownCodes(app, kept, null, state.endsAt).catch(() => null);
    if (!own || state.ended) return;
    live.stop();
    live = start(own);
  }

  function tick({ left, ends }) {
    parts.seconds.textContent = String(left);
    parts.ring.setAttribute('stroke-dashoffset', String(AROUND * (1 - Math.min(1, left / state.span))));
    parts.timer.setAttribute('aria-label', t('show.renews_in', { n: left }));
    parts.picture.alt = t('show.alt', { n: left });
    parts.ends.textContent = t('show.ends_in', { time: `${Math.floor(ends / 60)}:${String(ends % 60).padStart(2, '0')}` });
  }

  function failed(error) {
    if (error.status === 401) {
      stop();
      app.load();
      return;
    }
    over(wordsFor(error));
  }

  function over(words) {
    if (state.ended) return;
    stop();
    onOver(words);
  }

  function stop() {
    if (state.ended) return;
    state.ended = true;
    live.stop();
    swapPicture(null);
    lock?.release().catch(() => undefined);
    live.source.end();
  }

  return { stop };
}

function tell(node, words) {
  if (node.textContent !== words) show(node, words);
}

/** The nodes that change, by name, and `root` that holds them. */
function frame({ card, scene }) {
  const ring = svg('circle', { cx: 24, cy: 24, r: RADIUS, class: 'ring-left', 'stroke-dasharray': String(AROUND) });
  const seconds = el('span', { class: 'ring-seconds' });
  const parts = {
    ring,
    seconds,
    timer: el(
      'div',
      { class: 'timer', role: 'timer', 'aria-live': 'off' },
      el(
        'span',
        { class: 'ring', 'aria-hidden': 'true' },
        svg('svg', { viewBox: '0 0 48 48' }, svg('circle', { cx: 24, cy: 24, r: RADIUS, class: 'ring-all' }), ring),
        seconds,
      ),
      el('span', { 'aria-hidden': 'true' }, t('show.seconds')),
    ),
    picture: el('img', { class: 'qr', id: 'qr', alt: t('show.alt_plain'), hidden: true }),
    veil: el('p', { class: 'veil', id: 'veil', role: 'status', hidden: true }),
    madeAt: el('p', { class: 'quiet' }),
    ends: el('p', { class: 'quiet', id: 'ends' }),
    said: el('p', { class: 'quiet', id: 'renewed', role: 'status' }),
    source: el('p', { class: 'source', id: 'source' }),
    kept: el('p', { class: 'quiet', id: 'kept', role: 'status' }),
    refresh: el('button', { type: 'button', class: 'button secondary' }, t('show.refresh')),
    enlarge: el('button', { type: 'button', class: 'button secondary', 'aria-pressed': 'false' }, t('show.enlarge')),
    end: el('button', { type: 'button', class: 'button secondary' }, t('show.end')),
  };
  parts.code = el('div', { class: 'code' }, parts.picture, parts.veil);
  parts.root = el(
    'section',
    { class: 'panel showing', id: 'showing', tabindex: '-1', 'aria-label': t('show.title') },
    el('p', { class: 'for' }, t('show.for'), el('strong', {}, pick(scene.names))),
    parts.source,
    parts.code,
    parts.timer,
    parts.madeAt,
    parts.ends,
    el('p', { class: 'quiet' }, validity(card)),
    parts.said,
    parts.kept,
    el('div', { class: 'buttons' }, parts.refresh, parts.enlarge, parts.end),
    el('h2', {}, t('card.will_see')),
    el('dl', { class: 'seen' }, scene.fields.map(({ key, label, value }) => [el('dt', {}, pick(label) || key), el('dd', {}, value)])),
  );
  return parts;
}
