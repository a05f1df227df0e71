/** One card: choose for whom, see what they will see, give the PIN, show the code. */
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { isProblem, NoNetwork, Problem } from '../../page/client.js';
import { pick, span, t } from '../../page/i18n.js';
import { Refused, wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { Online } from '../code.js';
import { badge, seenIn, stateOf, validity } from '../licence.js';
import { ownCodes, unlocked } from '../own-codes.js';
import * as phone from '../phone.js';
import { changed, showing } from '../showing.js';
import { turns } from '../turns.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Card} Card
 * @typedef {import('../types.d.ts').Opened} Opened
 * @typedef {(late: import('../types.d.ts').Late) => Promise<Opened>} Opening
 */

/**
 * @param {App} app
 * @param {Card} card
 * @returns {import('../types.d.ts').View}
 */
export function cardView(app, card) {
  app.title(pick(card.kind.names));
  const place = el('div', { class: 'place' });
  const { stop, open } = turns();

  /** The form, with what has just happened said above it. */
  function ask(said = '') {
    stop();
    show(place, form({ app, card, said, onOpen }));
    // Whoever has just ended a show, or seen it end, goes on here; on a screen that has only come its heading is first.
    if (said) /** @type {HTMLInputElement | null} */ (place.querySelector('#pin'))?.focus();
  }

  /** @param {Opening} opening */
  function onOpen(opening) {
    return open(opening, (opened) => showing({ app, card, place, ...opened, onOver: ask }));
  }

  if (!card.showable) show(place, refusal(card));
  else if (scenesOnScreen(card).length === 0) show(place, el('p', { class: 'panel' }, t('card.no_scene')));
  else ask();
  return { nodes: [face(card), place, el('p', { class: 'quiet' }, t('card.legal'))], onLeave: stop };
}

/** @param {Card} card */
const scenesOnScreen = (card) => card.scenes.filter(({ medium }) => medium !== 'paper');

/** @param {Card} card */
function face(card) {
  return el(
    'section',
    { class: 'panel face', 'aria-label': t('card.face') },
    el('p', { class: 'card-line' }, el('span', { class: 'card-unit' }, pick(card.unit.names)), badge(card)),
    el('p', { class: 'card-number' }, card.identifier),
    el('p', {}, validity(card)),
    card.cautions.map(({ message }) => el('p', { class: 'caution' }, `! ${pick(message)}`)),
  );
}

/** @param {Card} card */
function refusal(card) {
  return el(
    'section',
    { class: 'panel refusal', id: 'not-showable' },
    el('h2', {}, t('card.cannot_show')),
    el('p', {}, pick(card.reason) || stateOf(card)),
  );
}

/**
 * Scene, preview and PIN. `onOpen` gets what opens `{source, scene}` with them.
 *
 * @param {{ app: App, card: Card, said: string, onOpen: (opening: Opening) => Promise<void> }} given
 */
function form({ app, card, said, onOpen }) {
  const scenes = scenesOnScreen(card);
  const select = el(
    'select',
    { id: 'scene', onchange: preview },
    scenes.map(({ code, names }) => el('option', { value: code }, pick(names))),
  );
  const seen = el('dl', { class: 'seen' });
  const lines = el('p', { class: 'quiet' });
  const pin = pinField({ 'aria-describedby': 'pin-help' });
  const keep = el('input', { type: 'checkbox', id: 'keep', checked: true });
  const keepLine = el('div', { class: 'keep' }, keep, el('label', { for: 'keep' }, t('card.keep')));
  const button = el('button', { type: 'submit', class: 'button primary wide' }, t('card.show'));
  const problem = problemNotice();

  // A `select` without a chosen option cannot be: there is at least one scene.
  const scene = () => scenes.find(({ code }) => code === select.value) ?? scenes[0];

  function preview() {
    const chosen = scene();
    show(seen, rows(seenIn(chosen)));
    show(lines, t('card.lives', { code: span(chosen.lifetime) }));
    keepLine.hidden = Boolean(app.offline) || !chosen.profiles.includes('H');
  }

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    say(problem, '');
    try {
      const given = { app, card, scene: scene(), pin: pin.value, keep: keep.checked && !keepLine.hidden };
      await onOpen((late) => opened(given, late));
    } catch (error) {
      if (isProblem(error, 401)) await app.load();
      else if (isProblem(error, 409)) await changed(app, error);
      else tell(error);
    }
  }

  /** @param {unknown} error */
  function tell(error) {
    say(problem, wordsFor(error));
    pin.value = '';
    pin.focus();
    waitFor(button, error instanceof Problem && error.status === 429 ? (error.retryAfter ?? 1) : 0);
  }

  preview();
  return el(
    'form',
    { class: 'panel', onsubmit: submitted },
    said ? el('p', { class: 'notice', role: 'status', id: 'said' }, said) : null,
    el('label', { for: 'scene' }, t('card.scene')),
    select,
    el('h2', {}, t('card.will_see')),
    seen,
    el('label', { for: 'pin' }, t('card.pin')),
    pin,
    el('p', { class: 'quiet', id: 'pin-help' }, t('card.pin_help')),
    keepLine,
    problem,
    button,
    lines,
  );
}

/**
 * Keeps `button` shut for `seconds`, and says how long.
 *
 * @param {HTMLButtonElement} button
 * @param {number} seconds
 */
function waitFor(button, seconds) {
  const words = t('card.show');
  const until = Date.now() + seconds * 1000;
  const timer = setInterval(draw, 250);
  function draw() {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    show(button, left > 0 ? t('card.wait', { n: left }) : words);
    if (left <= 0) clearInterval(timer);
  }
  draw();
}

/**
 * Opens a source of codes: the server's if it can be reached, else the phone's own grant.
 *
 * @param {{ app: App, card: Card, scene: import('../types.d.ts').Scene, pin: string, keep: boolean }} given
 * @param {import('../types.d.ts').Late} late
 * @returns {Promise<Opened>}
 */
async function opened({ app, card, scene, pin, keep }, late) {
  const onlyHandshake = !scene.profiles.includes('S') && !scene.profiles.includes('H');
  if (onlyHandshake) throw new Refused(t('card.only_handshake'));
  try {
    if (app.offline) throw new NoNetwork();
    if (!scene.profiles.includes('S')) {
      const kept = await phone.prepare(card, scene, pin);
      return { scene, source: await ownCodes(app, kept) };
    }
    const source = new Online(await api.openShow(card.id, scene.code, pin), scene.lifetime);
    return { scene, source, later: keep ? () => phone.prepare(card, scene, pin) : null };
  } catch (error) {
    // A PIN given for a show that is off is not tried here: a wrong one would count.
    if (late() || !(error instanceof NoNetwork)) throw error;
    const kept = await unlocked(card, scene, pin);
    return { scene, source: await ownCodes(app, kept) };
  }
}
