/** What a counter asks of who stands before it (`ER1:`): who, for what, every field; then agree with the PIN, or refuse. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { asksForCode, isProblem } from '../../page/client.js';
import { clockTime, day, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { factorField, proofRefused } from '../factor.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['AskedAtCounter']} Asked
 * @typedef {import('../types.d.ts').Schemas['AskedKind']} AskedKind
 */

/** @param {App} app @param {string} address the code, as it stands in the address @returns {import('../types.d.ts').View} */
export function requestView(app, address) {
  app.title(t('counter_request.title'));
  const code = decoded(address);
  const place = el('div', { class: 'place' }, el('p', { class: 'quiet', role: 'status' }, t('record.loading')));
  const { begin } = turns();
  void load();

  async function load() {
    const late = begin();
    try {
      const asked = await api.counterRequest(code);
      if (!late()) show(place, form(asked));
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else ended(isProblem(error, 404) ? t('counter_request.unknown') : wordsFor(error), 'over');
    }
  }

  /** @param {string} words @param {string} id */
  function ended(words, id) {
    show(place, [el('p', { class: id === 'over' ? 'notice problem' : 'notice', role: id === 'over' ? 'alert' : 'status', id }, words), el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: id === 'over' ? '#answer' : '#' }, t(id === 'over' ? 'counter_request.other' : 'counter_request.back')))]);
  }

  /** @param {Asked} asked */
  function form(asked) {
    const unit = pick(asked.unit_names);
    const choices = asked.materials.map((one, at) => material(one, at, () => factor.forget()));
    const some = asked.materials.some(({ licences }) => licences.length > 0);
    const pin = pinField({ 'aria-describedby': 'pin-help' });
    const factor = factorField();
    const problem = problemNotice();
    const agree = el('button', { type: 'submit', class: 'button primary wide', id: 'agree' }, t('counter_request.agree'));
    /** @type {HTMLButtonElement} */
    const refuse = el('button', { type: 'button', class: 'button secondary wide', id: 'refuse', onclick: () => busy([agree, refuse], refused) }, t('counter_request.refuse'));

    async function refused() {
      await sent(async () => {
        await api.answerCounter(code, { act: 'refuse' });
        ended(t('counter_request.refused', { unit }), 'answered');
      });
    }

    async function agreed() {
      const licences = choices.flatMap(({ chosen }) => chosen() ?? []);
      if (licences.length === 0) {
        say(problem, t('counter_request.choose_one'));
        return;
      }
      await sent(async () => {
        await api.answerCounter(code, { act: 'agree', licences }, { pin: pin.value, totp: factor.value() });
        ended(t('counter_request.agreed', { unit }), 'answered');
      });
    }

    /** @param {() => Promise<void>} work */
    async function sent(work) {
      say(problem, '');
      try {
        await work();
      } catch (error) {
        if (isProblem(error, 401) && !asksForCode(error)) await app.load();
        else if (isProblem(error, 410)) ended(wordsFor(error), 'over');
        else proofRefused(error, { factor, pin, problem });
      }
    }

    return el(
      'form',
      {
        class: 'panel',
        id: 'request',
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          void busy([agree, refuse], agreed);
        },
      },
      el('h2', {}, t('counter_request.asks', { unit })),
      el('dl', { class: 'seen' }, rows([[t('counter_request.matter'), pick(asked.matter_names)], [t('counter_request.case'), asked.case_number], [t('counter_request.purpose'), asked.purpose], [t('counter_request.until'), clockTime(asked.expires_at, true)]])),
      asked.on_behalf_of ? el('p', { class: 'notice' }, t('counter_request.on_behalf')) : null,
      choices.map(({ node }) => node),
      some
        ? [el('label', { for: 'pin' }, t('card.pin')), pin, el('p', { class: 'quiet', id: 'pin-help' }, t('counter_request.pin_help')), factor.node, problem, agree]
        : [el('p', { class: 'notice', id: 'nothing' }, t('counter_request.nothing')), problem],
      refuse,
    );
  }

  return { nodes: [place], onLeave: () => begin() };
}

/** One kind: which licence answers it, and exactly what the counter would see. @param {AskedKind} one @param {number} at @param {() => void} changed */
function material({ kind, kind_names: names, licences }, at, changed) {
  const heading = el('h3', {}, pick(names));
  if (licences.length === 0) return { node: el('section', { 'data-kind': kind }, heading, el('p', { class: 'quiet' }, t('counter_request.none'))), chosen: () => null };
  const select = el(
    'select',
    { id: `answer-${at}`, onchange: () => (preview(), changed()) },
    licences.map(({ id, identifier, valid_to: end }) => el('option', { value: id }, end ? t('counter_request.option', { number: identifier, day: day(end) }) : identifier)),
    el('option', { value: '' }, t('counter_request.leave_out')),
  );
  const seen = el('dl', { class: 'seen' });
  const why = el('p', { class: 'caution', hidden: true });

  function preview() {
    const licence = licences.find(({ id }) => id === select.value);
    show(seen, licence ? rows(licence.fields.map(({ label, value }) => /** @type {[string, string]} */ ([pick(label), value || t('authorise.empty')]))) : null);
    why.hidden = !licence?.withheld;
    show(why, licence?.withheld ? t('counter_request.withheld', { why: pick(licence.withheld) }) : '');
  }

  preview();
  return {
    node: el('section', { 'data-kind': kind }, heading, el('label', { for: `answer-${at}` }, t('counter_request.which')), select, el('p', { class: 'quiet' }, t('counter_request.sees')), seen, why),
    chosen: () => select.value || null,
  };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
