/** One card: choose for whom, see what they will see, give the PIN, show the code. */
import { el, show } from '../../shared/dom.js';
import { moment, pick, span, t } from '../../page/i18n.js';
import * as api from '../api.js';
import { Offline, Online } from '../code.js';
import { badge, stateOf, validity } from './list.js';
import * as phone from '../phone.js';
import { checkPin } from '../pin-lock.js';
import { showing } from '../showing.js';
import { turns } from '../turns.js';
import { PhoneRefused, wordsFor } from '../words.js';

export function cardView(app, card) {
  app.title(pick(card.kind.names));
  const place = el('div', { class: 'place' });
  const { stop, open } = turns();

  /** The form, with what has just happened said above it. */
  function ask(said = '') {
    stop();
    show(place, form({ app, card, said, onOpen }));
  }

  function onOpen(opening) {
    return open(opening, (opened) => showing({ app, card, place, ...opened, onOver: ask }));
  }

  const scenes = card.scenes.filter(({ medium }) => medium !== 'paper');
  if (!card.showable) show(place, refusal(card));
  else if (scenes.length === 0) show(place, el('p', { class: 'panel' }, t('card.no_scene')));
  else ask();
  return { nodes: [face(card), place, el('p', { class: 'quiet' }, t('card.legal'))], onLeave: stop };
}

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

function refusal(card) {
  return el(
    'section',
    { class: 'panel refusal', id: 'not-showable' },
    el('h2', {}, t('card.cannot_show')),
    el('p', {}, pick(card.reason) || stateOf(card)),
    card.reason?.hint ? el('p', { class: 'quiet' }, pick(card.reason.hint)) : null,
  );
}

/** Scene, preview and PIN. `onOpen` gets what opens `{source, scene}` with them. */
function form({ app, card, said, onOpen }) {
  const scenes = card.scenes.filter(({ medium }) => medium !== 'paper');
  const select = el(
    'select',
    { id: 'scene', onchange: preview },
    scenes.map(({ code, names }) => el('option', { value: code }, pick(names))),
  );
  const seen = el('dl', { class: 'seen' });
  const lines = el('p', { class: 'quiet' });
  const pin = el('input', {
    id: 'pin',
    name: 'pin',
    type: 'password',
    inputmode: 'numeric',
    pattern: '[0-9]{6}',
    maxlength: '6',
    required: true,
    autocomplete: 'current-password',
    'aria-describedby': 'pin-help',
  });
  const keep = el('input', { type: 'checkbox', id: 'keep', checked: true });
  const keepLine = el('div', { class: 'keep' }, keep, el('label', { for: 'keep' }, t('card.keep')));
  const button = el('button', { type: 'submit', class: 'button primary wide' }, t('card.show'));
  const problem = el('p', { class: 'notice problem', role: 'alert', id: 'problem', hidden: true });

  const scene = () => scenes.find(({ code }) => code === select.value);

  function preview() {
    const chosen = scene();
    show(seen, chosen.fields.map(({ key, label, value }) => [el('dt', {}, pick(label) || key), el('dd', {}, value)]));
    show(lines, t('card.lives', { code: span(chosen.lifetime) }));
    keepLine.hidden = app.offline || !chosen.profiles.includes('H');
  }

  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      const given = { app, card, scene: scene(), pin: pin.value, keep: keep.checked && !keepLine.hidden };
      await onOpen((late) => opened(given, late));
    } catch (error) {
      if (error.status === 401) {
        await app.load();
        return;
      }
      tell(error);
    }
  }

  function tell(error) {
    problem.hidden = false;
    show(problem, wordsFor(error));
    pin.value = '';
    pin.focus();
    waitFor(button, error.status === 429 ? (error.retryAfter ?? 1) : 0);
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

/** Keeps `button` shut for `seconds`, and says how long. */
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

/** Opens a source of codes: the server's if it can be reached, else the phone's own grant. */
async function opened({ app, card, scene, pin, keep }, late) {
  const onlyHandshake = !scene.profiles.includes('S') && !scene.profiles.includes('H');
  if (onlyHandshake) throw new PhoneRefused(t('card.only_handshake'));
  try {
    if (app.offline) throw new api.NoNetwork();
    if (!scene.profiles.includes('S')) {
      const kept = await phone.prepare(card, scene, pin);
      return { scene, kept, source: await ownCodes(app, kept) };
    }
    const source = new Online(await api.openShow(card.id, scene.code, pin));
    return { scene, source, later: keep ? () => phone.prepare(card, scene, pin) : null };
  } catch (error) {
    // A PIN given for a show that is off is not tried here: a wrong one would count.
    if (late() || !(error instanceof api.NoNetwork)) throw error;
    const kept = await unlocked(card, scene, pin);
    return { scene, kept, source: await ownCodes(app, kept) };
  }
}

/** The grant kept for this card and scene, once the offline PIN fits. */
export async function unlocked(card, scene, pin) {
  const kept = await phone.grantFor(card.id, scene.code);
  if (!kept) throw new PhoneRefused(t('card.no_grant'));
  const { result, left } = await checkPin(phone.store, pin);
  if (result === 'wrong') throw new PhoneRefused(t('card.pin_wrong', { n: left }));
  if (result === 'wiped') throw new PhoneRefused(t('card.pin_wiped'));
  return kept;
}

/** Codes signed on this phone. */
export async function ownCodes(app, kept, answer = null, endsAt = undefined) {
  const [wallet, key] = await Promise.all([app.modules, phone.signingKey()]);
  if (!wallet || !key) throw new PhoneRefused(t('card.no_module'));
  return new Offline({ kept, key, wallet, answer, endsAt });
}

/** 「…18:30 前没有信号也能亮证」 for a grant just kept. */
export const keptUntil = ({ expiresAt }) => t('card.kept_until', { time: moment(expiresAt, false) });
