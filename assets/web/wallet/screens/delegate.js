/** Asking a person to show one licence for its holder: whom, where and exactly what is seen there, from when until when, the PIN. */
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { asksForCode, isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { factorField, proofRefused } from '../factor.js';
import { seenIn } from '../licence.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Card} Card
 * @typedef {import('../types.d.ts').Scene} Scene
 */

/** Documents by which a person is known (GB/T 36903 types of holders). */
const DOCUMENTS = /** @type {const} */ (['111', '414', '511', '516', '999']);

/** @param {App} app @param {Card} card @returns {import('../types.d.ts').View} */
export function delegateView(app, card) {
  app.title(t('delegate.title', { name: pick(card.kind.names) }));
  const place = el('div', { class: 'place' });
  const { begin } = turns();
  const scenes = card.scenes.filter(({ medium }) => medium !== 'paper');
  show(place, card.showable && scenes.length > 0 ? form() : el('p', { class: 'panel', id: 'no-scene' }, t('delegate.no_scene')));

  function form() {
    const name = el('input', { id: 'to-name', required: true, maxlength: '100', autocomplete: 'off' });
    const type = el('select', { id: 'to-type' }, DOCUMENTS.map((one) => el('option', { value: one }, t(`delegate.document_${one}`))));
    const number = el('input', { id: 'to-number', required: true, maxlength: '64', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' });
    const choices = scenes.map(choice);
    const today = inChina(0);
    const from = el('input', { id: 'from', type: 'date', required: true, value: today, min: today, max: inChina(365) });
    const until = el('input', { id: 'until', type: 'date', required: true, value: inChina(7), min: today, max: inChina(365) });
    const pin = pinField({ 'aria-describedby': 'pin-help' });
    const factor = factorField();
    const problem = problemNotice();
    const button = el('button', { type: 'submit', class: 'button primary wide' }, t('delegate.give'));

    /** @param {SubmitEvent} event */
    async function submitted(event) {
      event.preventDefault();
      const chosen = choices.filter(({ box }) => box.checked).map(({ code }) => code);
      if (chosen.length === 0) {
        say(problem, t('delegate.choose'));
        choices[0].box.focus();
        return;
      }
      const late = begin();
      button.disabled = true;
      say(problem, '');
      const to = { name: name.value.trim(), id_type: type.value, id_number: number.value.trim() };
      const given = { licence: card.id, to, scenes: chosen, from: digits(from.value), until: digits(until.value) };
      try {
        const done = await api.delegate(given, { pin: pin.value, totp: factor.value() });
        if (!late()) sent(to.name, done.accept_by);
      } catch (error) {
        if (late()) return;
        button.disabled = false;
        if (isProblem(error, 401) && !asksForCode(error)) await app.load();
        // The members are wrong, not the PIN.
        else if (isProblem(error, 422)) say(problem, wordsFor(error));
        else proofRefused(error, { factor, pin, problem });
      }
    }

    return el(
      'form',
      { class: 'panel', id: 'delegate', onsubmit: submitted },
      el('h2', {}, t('delegate.to')),
      el('p', { class: 'quiet' }, t('delegate.to_help')),
      el('label', { for: 'to-name' }, t('delegate.name')),
      name,
      el('label', { for: 'to-type' }, t('delegate.document')),
      type,
      el('label', { for: 'to-number' }, t('delegate.number')),
      number,
      el('fieldset', { id: 'scenes', class: 'scenes' }, el('legend', {}, t('delegate.scenes')), choices.map(({ node }) => node)),
      el('label', { for: 'from' }, t('delegate.from')),
      from,
      el('label', { for: 'until' }, t('delegate.until')),
      until,
      el('p', { class: 'quiet' }, t('delegate.how')),
      el('label', { for: 'pin' }, t('card.pin')),
      pin,
      el('p', { class: 'quiet', id: 'pin-help' }, t('delegate.pin_help')),
      factor.node,
      problem,
      button,
    );
  }

  /** @param {string} name @param {number} until */
  function sent(name, until) {
    show(place, [
      el('p', { class: 'notice', role: 'status', id: 'given' }, t('delegate.given', { name, time: moment(until) })),
      el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '#delegations' }, t('delegate.list'))),
    ]);
  }

  return { nodes: [el('p', { class: 'quiet' }, t('delegate.what')), place], onLeave: () => begin() };
}

/** A scene to tick, with what is seen in it once it is. @param {Scene} scene */
function choice(scene) {
  const id = `scene-${scene.code}`;
  const seen = el('div', { hidden: true }, el('p', { class: 'quiet' }, t('card.will_see')), el('dl', { class: 'seen' }, rows(seenIn(scene))));
  /** @type {HTMLInputElement} */
  const box = el('input', { type: 'checkbox', id, value: scene.code, onchange: preview });
  function preview() {
    seen.hidden = !box.checked;
  }

  return { code: scene.code, box, node: el('div', {}, el('div', { class: 'keep' }, box, el('label', { for: id }, pick(scene.names))), seen) };
}

/** The day in China so many days from now, as a date field has it. @param {number} days */
function inChina(days) {
  const at = new Date(Date.now() + days * 86_400_000);
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/** @param {string} date as a date field has it */
const digits = (date) => date.replaceAll('-', '');
