/** One card: choose for whom, see what they will see, give the PIN, show the code. */
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { asksForCode, isProblem, NoNetwork, Problem } from '../../page/client.js';
import { moment, pick, span, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { Refused } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { Online } from '../code.js';
import { faceOf } from '../face.js';
import { factorField, needsFactor, proofRefused } from '../factor.js';
import { filePanel } from '../file.js';
import { explanation, isDelegated, isOwn, seenIn, stateOf, whose } from '../licence.js';
import { ownCodes, unlocked } from '../own-codes.js';
import * as phone from '../phone.js';
import { changed, showing } from '../showing.js';

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

  if (!card.showable) show(place, refusal(app, card));
  else if (card.viewOnly) show(place, el('p', { class: 'panel', id: 'view-only' }, t('card.view_only', { name: card.footing.name ?? '' })));
  else if (card.footing?.from) show(place, el('p', { class: 'panel', id: 'not-begun' }, t('delegate.not_begun', { time: moment(card.footing.from) })));
  else if (scenesOnScreen(card).length === 0) show(place, el('p', { class: 'panel' }, t('card.no_scene')));
  else ask();
  const face = faceOf(app, card);
  const file = card.showable && !app.offline && !card.viewOnly && !isDelegated(card) ? filePanel(app, card) : null;
  const record = app.offline || isDelegated(card)
    ? null
    : el('a', { class: 'button secondary', href: `#record/${card.id}` }, t('card.record'));
  return {
    nodes: [
      isOwn(card) ? null : el('p', { class: 'quiet', id: 'acting' }, whose(card), isDelegated(card) && card.footing.until ? ` · ${t('authorise.until_at', { time: moment(card.footing.until) })}` : ''),
      face.node,
      place,
      face.fields,
      file,
      made(card),
      el('div', { class: 'buttons' }, record, app.offline || card.viewOnly || isDelegated(card) ? null : lettingUse(card)),
      el('p', { class: 'quiet' }, t('card.legal')),
    ],
    onLeave: () => {
      stop();
      face.onLeave();
    },
  };
}

/** Whom its holder can let use it, and show it. @param {Card} card */
const lettingUse = ({ id }) => [
  el('a', { class: 'button secondary', href: `#authorise/${id}` }, t('authorise.open')),
  el('a', { class: 'button secondary', href: `#delegate/${id}` }, t('delegate.open')),
];

/** @param {Card} card */
const scenesOnScreen = (card) => card.scenes.filter(({ medium }) => medium !== 'paper');

/** What a composite licence is made of, each part with its own status. Cards kept on a phone do without. @param {Card} card */
function made({ parts }) {
  if (!parts?.length) return null;
  return el(
    'section',
    { class: 'panel', id: 'parts' },
    el('h2', {}, t('card.parts')),
    el('p', { class: 'quiet' }, t('card.parts_how')),
    el(
      'ul',
      {},
      parts.map((part) =>
        el(
          'li',
          {},
          part.licence === null ? pick(part.kind.names) : el('a', { href: `#card/${part.licence}` }, pick(part.kind.names)),
          ' · ',
          pick(part.bar) || part.cautions.map(({ message }) => pick(message)).join(' ') || pick(part.status_label),
        ),
      ),
    ),
  );
}

/** Why it cannot be shown, and what comes next. @param {App} app @param {Card} card */
function refusal(app, card) {
  const next = [...(app.cards ?? []), ...app.others].find(({ id }) => id === card.successor);
  return el(
    'section',
    { class: 'panel refusal', id: 'not-showable' },
    el('h2', {}, t('card.cannot_show')),
    el('p', {}, pick(card.reason) || stateOf(card)),
    card.explained === null ? el('p', {}, t('card.ask_unit', { unit: pick(card.unit.names), phone: card.unit.phone ?? '' })) : explanation(card),
    next ? el('a', { class: 'button primary', id: 'successor', href: `#card/${next.id}` }, t('card.successor')) : null,
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
  const factor = factorField();
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
    // Another scene may ask for less.
    factor.forget();
    drawKeep();
  }

  /** An authenticator's code counts once: what it opened now, nothing else can be fetched with. */
  function drawKeep() {
    const { profiles } = scene();
    keepLine.hidden = Boolean(app.offline) || !profiles.includes('H') || (factor.asked() && profiles.includes('S'));
  }

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    say(problem, '');
    try {
      const given = { app, card, scene: scene(), proof: { pin: pin.value, totp: factor.value() }, keep: keep.checked && !keepLine.hidden };
      await onOpen((late) => opened(given, late));
    } catch (error) {
      // A wrong code of the authenticator is answered as a wrong login is.
      if (asksForCode(error)) tell(error);
      else if (isProblem(error, 401)) await app.load();
      else if (isProblem(error, 409)) await changed(app, error);
      else if (needsFactor(error)) askFactor(/** @type {Problem} */ (error));
      else tell(error);
    }
  }

  /** The PIN was right and stays. @param {Problem} error */
  function askFactor(error) {
    button.disabled = false;
    say(problem, factor.need(error));
    drawKeep();
  }

  /** @param {unknown} error */
  function tell(error) {
    proofRefused(error, { factor, pin, problem });
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
    factor.node,
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
 * @param {{ app: App, card: Card, scene: import('../types.d.ts').Scene, proof: api.Proof, keep: boolean }} given
 * @param {import('../types.d.ts').Late} late
 * @returns {Promise<Opened>}
 */
async function opened({ app, card, scene, proof, keep }, late) {
  const onlyHandshake = !scene.profiles.includes('S') && !scene.profiles.includes('H');
  if (onlyHandshake) throw new Refused(t('card.only_handshake'));
  try {
    if (app.offline) throw new NoNetwork();
    if (!scene.profiles.includes('S')) {
      const kept = await phone.prepare(card, scene, proof);
      return { scene, source: await ownCodes(app, kept) };
    }
    const source = new Online(await api.openShow(card.id, scene.code, proof), scene.lifetime);
    return { scene, source, later: keep ? () => phone.prepare(card, scene, proof) : null };
  } catch (error) {
    // A PIN given for a show that is off is not tried here: a wrong one would count.
    if (late() || !(error instanceof NoNetwork)) throw error;
    const kept = await unlocked(card, scene, proof.pin);
    return { scene, source: await ownCodes(app, kept) };
  }
}
