/** The code on the screen, with its countdown, and everything that can happen to it. */
import { rows } from '../kit/rows.js';
import { isProblem, Mute, Problem } from '../page/client.js';
import { now } from '../page/clock.js';
import { clockTime, moment, pick, span, t } from '../page/i18n.js';
import { tellTabs } from '../page/tabs.js';
import { wordsFor } from '../page/words.js';
import { el, show, svg } from '../shared/dom.js';
import * as api from './api.js';
import { LiveCode } from './code.js';
import { seenIn, validity } from './licence.js';
import { ownCodes } from './own-codes.js';
import * as phone from './phone.js';
import { shortCode } from './short-code.js';

/**
 * @typedef {import('./types.d.ts').Source} Source
 * @typedef {import('./types.d.ts').Code} Code
 * @typedef {import('./types.d.ts').CodeEvent} CodeEvent
 */

const RADIUS = 20;
const AROUND = 2 * Math.PI * RADIUS;

/** Longest wait for the wallet's module before the server's picture is taken: a person stands at a counter. */
const MODULE_MS = 1500;

/** What is said where no code is. */
/** @type {Record<Exclude<CodeEvent['hidden'], undefined>, string>} */
const VEILED = { renewing: 'show.preparing', background: 'show.background', 'no-network': 'show.no_network' };

/**
 * Shows codes from `source` in `place` until it is over, then calls `onOver` with what to say.
 *
 * `later` fetches a grant for the next time there is no network; it starts when the first code is on the screen, so
 * nobody waits for it.
 *
 * @param {import('./types.d.ts').Opened & {
 *   app: import('./types.d.ts').App,
 *   card: import('./types.d.ts').Card,
 *   place: HTMLElement,
 *   onOver: (said?: string) => void,
 * }} given
 */
export function showing({ app, card, place, scene, source, later = null, onOver }) {
  const parts = frame({ card, scene });
  const state = { made: 0, span: 1, offline: /** @type {unknown} */ (null), takingOver: false, ended: false, turn: 0 };
  /** @type {Promise<null>} */
  const patience = new Promise((resolve) => setTimeout(resolve, MODULE_MS, null));
  /** @type {ReturnType<typeof shortCode> | null} */
  let short = null;
  let live = start(source);
  const letSleep = keepAwake();

  parts.refresh.addEventListener('click', () => live.refresh());
  parts.end.addEventListener('click', () => over(t('show.ended')));
  parts.enlarge.addEventListener('click', () => {
    const large = parts.code.classList.toggle('large');
    parts.enlarge.setAttribute('aria-pressed', String(large));
    inView();
  });
  show(place, parts.root);
  parts.root.focus({ preventScroll: true });
  inView();
  if (later) keep(later).then((words) => tell(parts.kept, words));

  /** @param {Source} from */
  function start(from) {
    tell(parts.source, from.kind === 'offline' ? t('show.offline') : '');
    short?.stop();
    short = shortCode(from, parts.short);
    const code = new LiveCode(from, (event) => happened(event, from));
    code.start();
    return code;
  }

  /**
   * @param {CodeEvent} event
   * @param {Source} from
   */
  async function happened(event, from) {
    if (state.ended) return;
    if (event.code) await draw(event.code, from);
    if (event.hidden) hide(event.hidden);
    if (event.tick) tick(event.tick);
    if (event.offline) wentOffline(event.offline);
    if (event.waiting) tell(parts.said, t('error.wait', { span: span(event.waiting) }));
    if (event.over) over(t('show.over'));
    if (event.problem) failed(event.problem);
  }

  /**
   * Puts a code on the screen once the browser has its picture ready: an empty white square is no code. So the picture
   * comes in an element of its own, which then takes the place of the one before. What was hidden or drawn since is not
   * overtaken. Throws when there is no picture.
   *
   * @param {Code} code
   * @param {Source} from
   */
  async function draw(code, from) {
    const turn = ++state.turn;
    const late = () => state.ended || turn !== state.turn || code.deadAt <= now();
    const url = await pictureOf(code.text, from);
    const picture = image({ src: url, alt: parts.picture.alt });
    try {
      if (!late()) await picture.decode();
    } catch (error) {
      if (!late()) throw error;
    }
    if (late()) {
      forget(url);
      return;
    }
    swapPicture(picture);
    Object.assign(state, { made: now(), offline: null });
    state.span = Math.max(1, code.refreshAt - state.made);
    parts.veil.hidden = true;
    const time = clockTime(state.made);
    tell(parts.madeAt, t('show.made_at', { time, n: code.life }));
    tell(parts.said, t('show.renewed', { time }));
  }

  /**
   * The phone's own codes come with the module; for those of a server that is slow to give it, the server draws.
   *
   * @param {string} text
   * @param {Source} from
   */
  async function pictureOf(text, from) {
    if (from.kind === 'offline') return drawn(from.wallet, text);
    const wallet = await Promise.race([app.modules, patience]);
    return wallet ? drawn(wallet, text) : URL.createObjectURL(await api.showPicture(from.show));
  }

  /** @param {string} url */
  function forget(url) {
    if (url.startsWith('blob:')) URL.revokeObjectURL(url);
  }

  /** @param {HTMLImageElement} picture */
  function swapPicture(picture) {
    forget(parts.picture.src);
    parts.picture.replaceWith(picture);
    parts.picture = picture;
  }

  /** @param {NonNullable<CodeEvent['hidden']>} reason */
  function hide(reason) {
    state.turn += 1;
    swapPicture(image({ hidden: true }));
    veil(reason);
  }

  /** @param {NonNullable<CodeEvent['hidden']>} reason */
  function veil(reason) {
    parts.veil.hidden = false;
    tell(parts.veil, reason === 'no-network' ? whyNone(state.offline) : t(VEILED[reason]));
    if (reason !== 'no-network') return;
    tell(parts.said, '');
    if (state.offline) takeOver();
  }

  /** Where the code has gone already (it died in the background, or while a request hung) this is when to act on it. */
  /** @param {unknown} error */
  function wentOffline(error) {
    state.offline = error;
    tell(parts.said, whyNone(error));
    if (parts.picture.hidden && document.visibilityState !== 'hidden') veil('no-network');
  }

  /** The network went while the show was open: the phone goes on by itself if it holds a grant for this. */
  async function takeOver() {
    if (state.takingOver || live.source.kind === 'offline') return;
    state.takingOver = true;
    const own = await ownSource().catch(() => null);
    state.takingOver = false;
    // The network may have come back meanwhile.
    if (!own || state.ended || !state.offline) return;
    live.stop();
    live = start(own);
    inView();
  }

  async function ownSource() {
    const kept = await phone.grantFor(card.id, scene.code);
    return kept && ownCodes(app, kept, { endsAt: live.source.endsAt });
  }

  /** @param {NonNullable<CodeEvent['tick']>} time */
  function tick({ left, ends }) {
    parts.seconds.textContent = String(left);
    parts.ring.setAttribute('stroke-dashoffset', String(AROUND * (1 - Math.min(1, left / state.span))));
    parts.timer.setAttribute('aria-label', t('show.renews_in', { n: left }));
    parts.picture.alt = t('show.alt', { n: left });
    parts.ends.textContent = t('show.ends_in', { time: `${Math.floor(ends / 60)}:${String(ends % 60).padStart(2, '0')}` });
  }

  /** @param {unknown} error */
  function failed(error) {
    if (isProblem(error, 401) || isProblem(error, 409)) {
      stop();
      if (isProblem(error, 401)) app.load();
      else changed(app, error);
      return;
    }
    over(wordsFor(error));
  }

  /** The code into the middle of the screen, whatever its size: the other side is to read it, not to ask for it. */
  function inView() {
    parts.code.scrollIntoView({ block: 'center' });
  }

  /** @param {string} words */
  function over(words) {
    if (state.ended) return;
    stop();
    onOver(words);
  }

  function stop() {
    if (state.ended) return;
    state.ended = true;
    live.stop();
    short?.stop();
    swapPicture(image({ hidden: true }));
    letSleep();
    live.source.end();
  }

  return { stop };
}

/**
 * A licence is no longer what this page took it for (suspended, say): the list, its screen and the other tabs learn it.
 *
 * @param {import('./types.d.ts').App} app
 * @param {unknown} error
 */
export function changed(app, error) {
  tellTabs('changed');
  return app.load(wordsFor(error));
}

/** Why there is no newer code. @param {unknown} error */
function whyNone(error) {
  if (error instanceof Mute) return t('show.mute');
  if (error instanceof Problem) return t('show.failing', { id: error.requestId ?? String(error.status) });
  return t('show.no_network');
}

/**
 * @param {import('./types.d.ts').WalletModule} wallet
 * @param {string} text
 */
const drawn = (wallet, text) => `data:image/svg+xml,${encodeURIComponent(wallet.qrSvg(text))}`;

/** Keeps a grant for later; what to say of that. @param {() => Promise<import('./types.d.ts').Kept>} later */
async function keep(later) {
  if (!phone.store.lasts) return t('card.not_kept');
  try {
    const { expiresAt } = await later();
    // The store may have filled up with just this.
    return phone.store.lasts ? t('card.kept_until', { time: moment(expiresAt, false) }) : t('card.not_kept');
  } catch {
    return t('card.not_kept');
  }
}

/** Keeps the screen on, until what it returns is called. The browser takes that back whenever the page is hidden. */
function keepAwake() {
  /** @type {WakeLockSentinel | null | undefined} */
  let lock = null;
  let over = false;

  async function ask() {
    if (document.visibilityState === 'hidden') return;
    const held = await navigator.wakeLock?.request('screen').catch(() => null);
    if (over || (lock && !lock.released)) release(held);
    else lock = held;
  }

  /** @param {WakeLockSentinel | null | undefined} held */
  function release(held) {
    held?.release().catch(() => undefined);
  }

  document.addEventListener('visibilitychange', ask);
  ask();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', ask);
    release(lock);
  };
}

/**
 * @param {HTMLElement} node
 * @param {string} words
 */
function tell(node, words) {
  if (node.textContent !== words) show(node, words);
}

/** @param {import('../shared/dom.js').Props} props */
const image = (props) => el('img', { class: 'qr', id: 'qr', alt: t('show.alt_plain'), ...props });

/**
 * The nodes that change, by name, and `root` that holds them.
 *
 * @param {{ card: import('./types.d.ts').Card, scene: import('./types.d.ts').Scene }} given
 */
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
    picture: image({ hidden: true }),
    veil: el('p', { class: 'veil', id: 'veil', role: 'status' }, t(VEILED.renewing)),
    madeAt: el('p', { class: 'quiet' }),
    ends: el('p', { class: 'quiet', id: 'ends' }),
    said: el('p', { class: 'quiet', id: 'renewed', role: 'status' }),
    source: el('p', { class: 'source', id: 'source' }),
    kept: el('p', { class: 'quiet', id: 'kept', role: 'status' }),
    short: el('div', { class: 'short' }),
    refresh: el('button', { type: 'button', class: 'button secondary' }, t('show.refresh')),
    enlarge: el('button', { type: 'button', class: 'button secondary', 'aria-pressed': 'false' }, t('show.enlarge')),
    end: el('button', { type: 'button', class: 'button secondary' }, t('show.end')),
  };
  const code = el('div', { class: 'code' }, parts.picture, parts.veil);
  const root = el(
    'section',
    { class: 'panel showing', id: 'showing', tabindex: '-1', 'aria-label': t('show.title') },
    el('p', { class: 'for' }, t('show.for'), el('strong', {}, pick(scene.names))),
    parts.source,
    code,
    parts.timer,
    parts.madeAt,
    parts.ends,
    el('p', { class: 'quiet' }, validity(card)),
    parts.said,
    parts.kept,
    parts.short,
    el('div', { class: 'buttons' }, parts.refresh, parts.enlarge, parts.end),
    el('h2', {}, t('card.will_see')),
    el('dl', { class: 'seen' }, rows(seenIn(scene))),
  );
  return { ...parts, code, root };
}
