/** A licence as it looks: drawn as its kind's template says, with every field in words below; masked until the PIN. */
import { arranged, cardFace } from '../kit/card-face.js';
import { problemNotice, say } from '../kit/notice.js';
import { pinField } from '../kit/pin.js';
import { rows } from '../kit/rows.js';
import { isProblem } from '../page/client.js';
import { day, moment, pick, t } from '../page/i18n.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';
import { badge, explanation, isDelegated, validity } from './licence.js';

/**
 * @typedef {import('./types.d.ts').App} App
 * @typedef {import('./types.d.ts').Card} Card
 * @typedef {import('./types.d.ts').Schemas} Schemas
 * @typedef {Schemas['CardField']} CardField
 */

/** Seconds for which the face stands unmasked: who puts the phone down shows it to nobody. */
const OPEN_FOR = 60;

/**
 * @param {App} app
 * @param {Card} card
 * @returns {{ node: HTMLElement, fields: HTMLElement, onLeave: () => void }} `fields`: all of it in words, and what unmasks it
 */
export function faceOf(app, card) {
  const drawing = el('figure', { class: 'preview' });
  const facts = el('dl', { class: 'facts', id: 'face-fields' });
  const place = el('div', { class: 'unlock', id: 'unlock' });
  const { begin } = turns();
  /** A PIN that was given counts until it is thought better of, or the phone is put down. */
  const unlocking = turns();
  /** @type {Schemas['KindEntry'] | null} */
  let kind = null;
  /** What is told in clear; null while it is masked. @type {CardField[] | null} */
  let clear = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let closing;

  draw();
  // A delegate has nothing of a licence but what its scenes show.
  if (!isDelegated(card)) drawUnlock();
  const late = begin();
  // Without the kind its fields stand in their order, as they do without a network.
  if (!app.offline) api.kind(card.kind.code).then((found) => { if (!late()) { kind = found; draw(); } }, () => undefined);
  document.addEventListener('visibilitychange', hidden);

  function draw() {
    const fields = (clear ?? card.fields).map((field) => ({ ...field, value: told(field) }));
    const arrangedBy = fields.map(({ key, picture }) => ({ key, isPicture: picture !== null }));
    const elements = kind?.template?.elements.length ? kind.template.elements : arranged(arrangedBy);
    show(
      drawing,
      cardFace({
        title: pick(card.kind.names),
        elements,
        field: (key) => {
          const field = fields.find((one) => one.key === key);
          // A field that this licence leaves empty is empty on the card, too.
          return field ? { label: pick(field.label), value: field.value, picture: field.picture } : labelOf(key);
        },
        seal: t('face.seal'),
        label: t('face.drawn', { kind: pick(card.kind.names) }),
      }),
    );
    const texts = fields.filter(({ picture }) => picture === null);
    show(facts, rows([...texts.map(({ label, value }) => /** @type {[string, string]} */ ([pick(label), value])), ...dates(card)]), unit(card));
  }

  /** @param {string} key */
  function labelOf(key) {
    const field = kind?.face.fields.find((one) => one.key === key);
    return field ? { label: pick(field.labels), value: '' } : null;
  }

  /** A value as people read it. @param {CardField} field */
  function told({ key, value }) {
    const field = kind?.face.fields.find((one) => one.key === key);
    if (field?.type === 'date' && /^\d{8}$/.test(value)) return day(value);
    const choice = field?.choices?.find(({ code }) => code === value);
    return choice ? pick(choice.names) : value;
  }

  function drawUnlock(focus = false) {
    clearTimeout(closing);
    if (app.offline) return;
    if (clear) {
      const mask = el('button', { type: 'button', class: 'button secondary', id: 'face-mask', onclick: () => close(true) }, t('face.mask'));
      show(place, el('p', { class: 'quiet', role: 'status', id: 'face-open' }, t('face.open', { n: OPEN_FOR })), mask);
      closing = setTimeout(() => close(place.contains(document.activeElement)), OPEN_FOR * 1000);
      mask.focus();
      return;
    }
    const reveal = el('button', { type: 'button', class: 'button secondary', id: 'face-reveal', onclick: ask }, t('face.reveal'));
    show(place, reveal);
    if (focus) reveal.focus();
  }

  function ask() {
    const pin = pinField({ id: 'face-pin', name: 'face-pin', 'aria-describedby': 'face-help' });
    const button = el('button', { type: 'submit', class: 'button primary' }, t('face.reveal'));
    const problem = problemNotice({ id: 'face-problem' });

    /** @param {SubmitEvent} event */
    async function submitted(event) {
      event.preventDefault();
      button.disabled = true;
      say(problem, '');
      const gone = unlocking.begin();
      try {
        const { fields } = await api.wholeFace(card.id, pin.value);
        if (gone()) return;
        clear = fields;
        draw();
        drawUnlock();
      } catch (error) {
        if (gone()) return;
        if (isProblem(error, 401)) await app.load();
        else say(problem, wordsFor(error));
        pin.focus();
      } finally {
        pin.value = '';
        button.disabled = false;
      }
    }

    show(
      place,
      el(
        'form',
        { class: 'unlock', onsubmit: submitted },
        el('label', { for: 'face-pin' }, t('card.pin')),
        pin,
        el('p', { class: 'quiet', id: 'face-help' }, t('face.help')),
        problem,
        el('div', { class: 'buttons' }, button, el('button', { type: 'button', class: 'button secondary', onclick: cancelled }, t('face.cancel'))),
      ),
    );
    pin.focus();
  }

  function cancelled() {
    unlocking.begin();
    drawUnlock(true);
  }

  /** @param {boolean} focus whether whoever was there goes on there */
  function close(focus) {
    clear = null;
    draw();
    drawUnlock(focus);
  }

  function hidden() {
    if (document.visibilityState !== 'hidden') return;
    unlocking.begin();
    if (clear) close(false);
  }

  const node = el(
    'section',
    { class: 'panel face', 'aria-label': t('card.face') },
    el('p', { class: 'card-line' }, el('span', { class: 'card-unit' }, pick(card.unit.names)), badge(card)),
    el('p', { class: 'card-number' }, card.identifier),
    el('p', {}, validity(card)),
    card.cautions.map(({ message }) => el('p', { class: 'caution' }, `! ${pick(message)}`)),
    card.showable ? explanation(card) : null,
    drawing,
  );
  const fields = el('section', { class: 'panel', id: 'face-panel' }, el('h2', {}, t('face.title')), place, facts);
  return {
    node,
    fields,
    onLeave() {
      begin();
      unlocking.begin();
      clear = null;
      clearTimeout(closing);
      document.removeEventListener('visibilitychange', hidden);
    },
  };
}

/** @param {Card} card @returns {[string, string][]} */
function dates({ valid_from: from, valid_to: to, status_since: since }) {
  return [
    [t('face.valid_from'), day(from)],
    [t('face.valid_to'), to ? day(to) : t('card.long_term')],
    ...(since ? [/** @type {[string, string]} */ ([t('face.status_since'), moment(since)])] : []),
  ];
}

/** Who issued it, and where that is reached. Cards kept on a phone do without. @param {Card} card */
function unit({ unit: { names, phone } }) {
  return [
    el('dt', {}, t('face.unit')),
    el('dd', {}, pick(names)),
    phone ? [el('dt', {}, t('face.phone')), el('dd', {}, el('a', { href: `tel:${phone.replace(/[^\d+]/g, '')}`, class: 'phone' }, phone))] : null,
  ];
}
