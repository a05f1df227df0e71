/** One licence's record: what was done to it and why, what its holder asked, and what he can ask. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { turns } from '../../page/turns.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Card} Card
 * @typedef {import('../types.d.ts').Schemas} Schemas
 */

/** What a holder may ask for, while his licence stands so. */
const ASKED = /** @type {const} */ ({
  report_loss: { from: ['ACTIVE'], word: 'record.report_loss', help: 'record.report_loss_help' },
  cancel: {
    from: ['ACTIVE', 'ON_HOLD', 'SEIZED', 'REPORTED_LOST', 'DISABLED'],
    word: 'record.cancel',
    help: 'record.cancel_help',
  },
});

/**
 * @param {App} app
 * @param {Card} card
 * @returns {import('../types.d.ts').View}
 */
export function recordView(app, card) {
  app.title(t('record.title', { name: pick(card.kind.names) }));
  const place = el('div', { class: 'place' }, el('p', { class: 'quiet', role: 'status' }, t('record.loading')));
  const { begin } = turns();
  load();

  async function load(said = '') {
    const late = begin();
    try {
      const [acts, requests] = await Promise.all([api.acts(card.id), api.requests(card.id)]);
      if (!late()) draw(acts.items, requests.items, said);
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else show(place, el('p', { class: 'notice problem', role: 'alert' }, wordsFor(error)));
    }
  }

  /**
   * @param {Schemas['OwnAct'][]} acts
   * @param {Schemas['LicenceRequest'][]} requests
   * @param {string} said
   */
  function draw(acts, requests, said) {
    show(place, [
      said ? el('p', { class: 'notice', role: 'status' }, said) : null,
      el('h2', {}, t('record.acts')),
      acts.length === 0 ? el('p', { class: 'panel' }, t('record.no_acts')) : null,
      el('ol', { class: 'cards', id: 'acts' }, [...acts].reverse().map(actItem)),
      requests.length > 0 ? el('h2', {}, t('record.requests')) : null,
      el('ul', { class: 'cards', id: 'requests' }, requests.map(requestItem)),
      askForm(requests),
    ]);
  }

  /** @param {Schemas['LicenceRequest'][]} requests */
  function askForm(requests) {
    const waiting = (/** @type {string} */ act) => requests.some((one) => one.act === act && one.state === 'open');
    const legal = /** @type {(keyof typeof ASKED)[]} */ (Object.keys(ASKED)).filter(
      (act) => /** @type {readonly string[]} */ (ASKED[act].from).includes(card.status) && !waiting(act),
    );
    if (legal.length === 0) return null;
    const select = el(
      'select',
      { id: 'asked', onchange: explain },
      legal.map((act) => el('option', { value: act }, t(ASKED[act].word))),
    );
    const reason = el('textarea', { id: 'reason', rows: '3', maxlength: '500', required: true, 'aria-describedby': 'asked-help' });
    const help = el('p', { class: 'quiet', id: 'asked-help' });
    const problem = problemNotice();
    const button = el('button', { type: 'submit', class: 'button secondary wide' }, t('record.ask'));
    const chosen = () => /** @type {keyof typeof ASKED} */ (select.value);
    explain();

    function explain() {
      show(help, t(ASKED[chosen()].help));
    }

    /** @param {SubmitEvent} event */
    function submitted(event) {
      event.preventDefault();
      void busy(button, send);
    }

    async function send() {
      say(problem, '');
      const late = begin();
      try {
        const { status, state } = await api.ask(card.id, chosen(), reason.value);
        if (late()) return;
        card.status = status;
        await load(t(state === 'done' ? 'record.done' : 'record.waits'));
      } catch (error) {
        if (late()) return;
        if (isProblem(error, 401)) await app.load();
        else say(problem, wordsFor(error));
      }
    }

    return el(
      'form',
      { class: 'panel', id: 'ask', onsubmit: submitted },
      el('h2', {}, t('record.ask_title')),
      el('label', { for: 'asked' }, t('record.asked')),
      select,
      help,
      el('label', { for: 'reason' }, t('record.reason')),
      reason,
      problem,
      button,
    );
  }

  return { nodes: [place], onLeave: () => begin() };
}

/** @param {Schemas['OwnAct']} act */
function actItem(act) {
  const who = act.footing === 'own' ? t('record.by_you') : pick(act.unit.names);
  return el(
    'li',
    { class: 'panel' },
    el('p', { class: 'card-line' }, el('strong', {}, pick(act.act_label)), el('span', {}, moment(act.at))),
    el('p', {}, who),
    el('p', {}, t('record.because', { reason: act.reason })),
    el('p', { class: 'quiet' }, t('record.basis', { basis: act.legal_basis })),
    act.effective_at === act.at ? null : el('p', { class: 'quiet' }, t('record.effective', { time: moment(act.effective_at) })),
  );
}

/** @param {Schemas['LicenceRequest']} request */
function requestItem(request) {
  return el(
    'li',
    { class: 'panel' },
    el('p', { class: 'card-line' }, el('strong', {}, pick(request.act_label)), el('span', {}, pick(request.state_label))),
    el('p', {}, t('record.because', { reason: request.reason })),
    request.answer ? el('p', {}, t('record.answer', { answer: request.answer })) : null,
    el('p', { class: 'quiet' }, moment(request.at)),
  );
}
