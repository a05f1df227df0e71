/** Letting a unit use one licence: for whom and what for, exactly what the other sees, until when, the PIN. */
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

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Card} Card
 * @typedef {import('../types.d.ts').Schemas['AuthorisationOption']} Option
 */

/** How long an authorisation may last, and the shortest first. */
const DAYS = /** @type {const} */ ([1, 7, 30, 90, 365]);

/** @param {App} app @param {Card} card @returns {import('../types.d.ts').View} */
export function authoriseView(app, card) {
  app.title(t('authorise.title', { name: pick(card.kind.names) }));
  const place = el('div', { class: 'place' }, el('p', { class: 'quiet', role: 'status' }, t('record.loading')));
  const { begin } = turns();
  void load();

  async function load() {
    const late = begin();
    try {
      const { items } = await api.authorisationOptions(card.id);
      if (!late()) show(place, items.length === 0 ? el('p', { class: 'panel', id: 'no-option' }, t('authorise.no_option')) : form(items));
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else show(place, el('p', { class: 'notice problem', role: 'alert' }, wordsFor(error)));
    }
  }

  /** @param {Option[]} options */
  function form(options) {
    const select = el('select', { id: 'option', onchange: preview }, options.map(({ unit_names: unit, matter_names: matter }, at) => el('option', { value: String(at) }, t('authorise.option', { unit: pick(unit), matter: pick(matter) }))));
    const days = el('select', { id: 'days' }, DAYS.map((n) => el('option', { value: String(n), selected: n === 30 }, t('authorise.days', { n }))));
    const seen = el('dl', { class: 'seen', id: 'seen' });
    const purpose = el('p', { class: 'quiet' });
    const pin = pinField({ 'aria-describedby': 'pin-help' });
    const factor = factorField();
    const problem = problemNotice();
    const button = el('button', { type: 'submit', class: 'button primary wide' }, t('authorise.give'));
    const chosen = () => options[Number(select.value)] ?? options[0];

    function preview() {
      show(seen, rows(chosen().fields.map(({ label, value }) => /** @type {[string, string]} */ ([pick(label), value || t('authorise.empty')]))));
      show(purpose, t('uses.purpose', { purpose: chosen().purpose }));
    }

    /** @param {SubmitEvent} event */
    async function submitted(event) {
      event.preventDefault();
      const late = begin();
      button.disabled = true;
      say(problem, '');
      const { unit, purpose: code } = chosen();
      const until = Math.floor(Date.now() / 1000) + Number(days.value) * 86_400;
      try {
        const given = await api.authorise({ licence: card.id, unit, scope: 'view', purpose: code, until }, { pin: pin.value, totp: factor.value() });
        if (!late()) done(given.until);
      } catch (error) {
        if (late()) return;
        button.disabled = false;
        if (isProblem(error, 401) && !asksForCode(error)) await app.load();
        else proofRefused(error, { factor, pin, problem });
      }
    }

    /** @param {number} until */
    function done(until) {
      show(place, [
        el('p', { class: 'notice', role: 'status', id: 'given' }, t('authorise.given', { unit: pick(chosen().unit_names), time: moment(until) })),
        el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '#authorisations' }, t('authorise.list'))),
      ]);
    }

    preview();
    return el(
      'form',
      { class: 'panel', id: 'authorise', onsubmit: submitted },
      el('label', { for: 'option' }, t('authorise.to')),
      select,
      purpose,
      el('h2', {}, t('authorise.will_see')),
      seen,
      el('label', { for: 'days' }, t('authorise.how_long')),
      days,
      el('label', { for: 'pin' }, t('card.pin')),
      pin,
      el('p', { class: 'quiet', id: 'pin-help' }, t('authorise.pin_help')),
      factor.node,
      problem,
      button,
    );
  }

  return { nodes: [place], onLeave: () => begin() };
}
