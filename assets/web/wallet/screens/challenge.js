/**
 * Answering a verifier's code (`EC1:`): who asks, for what, what they will see; then one answer, to that verifier only.
 */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { asksForCode, isProblem, NoNetwork } from '../../page/client.js';
import { pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { Refused, wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import { codesIn, PictureError } from '../../shared/pictures.js';
import { hasTexts } from '../../shared/words.js';
import * as api from '../api.js';
import { screenFor } from '../asking.js';
import { factorField, proofRefused } from '../factor.js';
import { seenIn } from '../licence.js';
import { ownCodes, unlocked } from '../own-codes.js';
import * as phone from '../phone.js';
import { changed, showing } from '../showing.js';
import { unitName } from '../units.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Card} Card
 * @typedef {import('../types.d.ts').Scene} Scene
 * @typedef {import('../types.d.ts').Late} Late
 * @typedef {import('../types.d.ts').Challenge} Challenge
 * @typedef {import('../types.d.ts').Opened & { card: Card }} Answer
 * @typedef {(late: Late) => Promise<Answer>} Opening
 */

/** Profiles whose scenes take an answer to a challenge; S never does (core/README.md, "The handshake"). */
const ANSWERING = ['H', 'H+nonce'];

/**
 * @param {App} app
 * @returns {import('../types.d.ts').View}
 */
export function challengeView(app) {
  app.title(t('answer.title'));
  const place = el('div', { class: 'place' });
  const { stop, begin, open } = turns();
  /** Stops the camera. @type {() => void} */
  let close = () => {};
  ask();
  return { nodes: [place], onLeave: leave };

  function leave() {
    stop();
    close();
  }

  function ask(said = '') {
    leave();
    const form = entry({ app, said, begin, onChallenge, onScan: () => scan(form) });
    show(place, form.node);
  }

  /** The camera in the form's place, until it has found a code or is stopped. @param {ReturnType<typeof entry>} form */
  async function scan(form) {
    stop();
    const late = begin();
    // Most who come here have a code to paste: the camera's scripts come when it is asked for.
    const camera = await import('../scan.js').catch(() => null);
    if (late()) return;
    if (!camera) {
      form.tell(el('p', { class: 'notice problem', role: 'alert' }, wordsFor(new NoNetwork())));
      return;
    }
    close = camera.look({
      draw: (view) => show(place, el('section', { class: 'panel', id: 'scanning' }, el('p', {}, t('scanning.what')), view)),
      found: (text) => {
        back();
        form.take(text);
      },
      stopped: back,
      failed: (said) => {
        back();
        form.tell(said);
      },
    });

    function back() {
      show(place, form.node);
      form.focus();
    }
  }

  /**
   * @param {Challenge} challenge
   * @param {Late} late
   */
  async function onChallenge(challenge, late) {
    const unit = await unitName(challenge.rp);
    if (late()) return;
    show(place, consent({ app, challenge, unit, onRefuse: () => ask(t('answer.refused')), onOpen }));
    place.querySelector('h2')?.focus();
  }

  /** @param {Opening} opening */
  function onOpen(opening) {
    return open(opening, (opened) => showing({ app, place, ...opened, onOver: ask }));
  }
}

/**
 * Where the verifier's code comes in: pasted, or as a picture; of two on their way the later one counts.
 *
 * @param {{
 *   app: App,
 *   said: string,
 *   begin: () => Late,
 *   onChallenge: (challenge: Challenge, late: Late) => Promise<void>,
 *   onScan: () => void,
 * }} given
 */
function entry({ app, said, begin, onChallenge, onScan }) {
  const text = el('textarea', {
    id: 'challenge',
    rows: '4',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'EC1:… / ER1:…',
    required: true,
  });
  const picture = el('input', {
    type: 'file',
    id: 'picture',
    accept: 'image/*',
    class: 'visually-hidden',
    onchange: chosen,
  });
  const button = el('button', { type: 'submit', class: 'button secondary' }, t('answer.next'));
  const camera = el('button', { type: 'button', class: 'button primary wide', id: 'scan', onclick: onScan }, t('scanning.start'));
  const problem = problemNotice();
  const obstacle = el('div', {});

  /**
   * Goes on with the code that `reading` reads. A picture that takes long keeps nobody from pasting.
   *
   * @param {string | Promise<string>} reading
   */
  async function take(reading) {
    const late = begin();
    button.disabled = false;
    say(problem, '');
    show(obstacle);
    try {
      const code = await reading;
      if (late()) return;
      if (screenFor(code) === 'request') {
        location.hash = `#request/${encodeURIComponent(code)}`;
        return;
      }
      button.disabled = true;
      const wallet = await app.modules;
      if (!wallet) throw new Refused(t('card.no_module'));
      await onChallenge(wallet.readChallenge(code), late);
    } catch (error) {
      const isOther = hasTexts(error) && error.code === 'E_FORMAT';
      if (!late()) say(problem, isOther ? t('answer.not_one') : wordsFor(error));
    }
    if (!late()) button.disabled = false;
  }

  function chosen() {
    take(codeIn(picture.files?.[0]));
    picture.value = '';
  }

  const node = el(
    'form',
    {
      class: 'panel',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        take(text.value.trim());
      },
    },
    said ? el('p', { class: 'notice', role: 'status', id: 'said' }, said) : null,
    el('p', {}, t('answer.what')),
    camera,
    obstacle,
    el('label', { for: 'challenge' }, t('answer.paste')),
    text,
    problem,
    el(
      'div',
      { class: 'buttons' },
      button,
      el('label', { for: 'picture', class: 'button secondary file' }, t('verify.picture')),
      picture,
    ),
  );
  return { node, take, tell: (/** @type {HTMLElement} */ words) => show(obstacle, words), focus: () => camera.focus() };
}

/** The verifier's code in a picture. @param {File | undefined} file */
async function codeIn(file) {
  const codes = file ? await codesIn(file, () => import('/assets/wasm/scanner.js')).catch(unreadable) : [];
  const code = codes.find(screenFor);
  if (!code) throw new Refused(t('answer.no_code'));
  return code;
}

/** @type {(error: unknown) => never} */
function unreadable(error) {
  throw new Refused(t(error instanceof PictureError ? `verify.picture_${error.reason}` : 'verify.failed'));
}

/**
 * Cards that can be shown in the challenge's scene, each with that scene.
 *
 * @param {Card[]} cards
 * @param {Challenge} challenge
 */
function candidates(cards, challenge) {
  return cards
    .filter((card) => card.showable)
    .flatMap((card) => card.scenes.map((scene) => ({ card, scene })))
    .filter(({ scene }) => scene.code === challenge.scene && scene.audience === challenge.aud)
    .filter(({ scene }) => scene.profiles.some((profile) => ANSWERING.includes(profile)));
}

/**
 * Who asks, for what, what they will see; nothing is signed before the PIN. `onOpen` gets what opens the answer.
 *
 * @param {{
 *   app: App,
 *   challenge: Challenge,
 *   unit: string | null,
 *   onRefuse: () => void,
 *   onOpen: (opening: Opening) => Promise<void>,
 * }} given
 */
function consent({ app, challenge, unit, onRefuse, onOpen }) {
  const choices = candidates(app.cards ?? [], challenge);
  const asks = [
    el('h2', { tabindex: '-1', id: 'consent' }, t('answer.asks')),
    el(
      'dl',
      { class: 'seen' },
      el('dt', {}, t('answer.unit')),
      el('dd', { id: 'rp' }, unit ?? t('answer.unknown_unit', { code: challenge.rp })),
      el('dt', {}, t('card.scene')),
      el('dd', {}, choices[0] ? pick(choices[0].scene.names) : challenge.scene),
    ),
    unit ? null : el('p', { class: 'notice problem' }, t('answer.beware')),
  ];
  const refuse = el('button', { type: 'button', class: 'button secondary', onclick: onRefuse }, t('answer.refuse'));
  if (choices.length === 0) {
    return el('section', { class: 'panel' }, asks, el('p', { class: 'notice' }, t('answer.no_card')), refuse);
  }

  const select = el(
    'select',
    { id: 'card', onchange: preview },
    choices.map(({ card: { kind, identifier } }, index) =>
      el('option', { value: String(index) }, `${pick(kind.names)} ${identifier}`),
    ),
  );
  const seen = el('dl', { class: 'seen' });
  const pin = pinField();
  const factor = factorField();
  const button = el('button', { type: 'submit', class: 'button primary wide' }, t('answer.agree'));
  const problem = problemNotice();

  function preview() {
    const { scene } = choices[Number(select.value)];
    show(seen, rows(seenIn(scene)));
    // Another licence may ask for less.
    factor.forget();
  }

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    void busy(button, answer);
  }

  async function answer() {
    say(problem, '');
    const { card, scene } = choices[Number(select.value)];
    try {
      await onOpen(async (late) => {
        const kept = await granted({ app, card, scene, proof: { pin: pin.value, totp: factor.value() } }, late);
        return { card, scene, source: await ownCodes(app, kept, { answer: challenge }) };
      });
    } catch (error) {
      // A wrong code of the authenticator is answered as a wrong login is.
      if (asksForCode(error)) tell(error);
      else if (isProblem(error, 401)) await app.load();
      else if (isProblem(error, 409)) await changed(app, error);
      else tell(error);
    }
  }

  /** @param {unknown} error */
  function tell(error) {
    proofRefused(error, { factor, pin, problem });
  }

  preview();
  return el(
    'form',
    { class: 'panel', onsubmit: submitted },
    asks,
    el('label', { for: 'card' }, t('answer.card')),
    select,
    el('h2', {}, t('card.will_see')),
    seen,
    el('label', { for: 'pin' }, t('card.pin')),
    pin,
    factor.node,
    problem,
    button,
    refuse,
  );
}

/**
 * A grant to answer with: a new one from the server, which checks the PIN; with no network the one kept here.
 *
 * @param {{ app: App, card: Card, scene: Scene, proof: api.Proof }} given
 * @param {Late} late
 */
async function granted({ app, card, scene, proof }, late) {
  try {
    if (app.offline) throw new NoNetwork();
    return await phone.prepare(card, scene, proof);
  } catch (error) {
    // As in card.js: a PIN given for an answer that is off is not tried.
    if (late() || !(error instanceof NoNetwork)) throw error;
    return unlocked(card, scene, proof.pin);
  }
}
