/** Delegations on both sides: what others asked oneself to show, and what the holder lets others show; accepted, declined, taken back. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { rows } from '../../kit/rows.js';
import { isProblem } from '../../page/client.js';
import { now } from '../../page/clock.js';
import { moment, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/** @typedef {import('../types.d.ts').Schemas['Delegation']} Delegation */

/** States in which a delegation may still be shown by, or come to be. */
const OPEN = new Set(['waiting', 'accepted', 'live']);

/** @param {import('../types.d.ts').App} app @returns {import('../types.d.ts').View} */
export function delegationsView(app) {
  app.title(t('delegate.list'));
  const place = el('div', { class: 'place' }, el('p', { class: 'quiet', role: 'status' }, t('record.loading')));
  const { begin } = turns();
  void load();

  async function load(said = '') {
    const late = begin();
    try {
      const { agencies } = await api.me();
      // Of a holder one acts for, too, as far as one shows for him.
      const holders = new Map(agencies.filter(({ acts }) => acts.length === 0 || acts.includes('show')).map(({ holder }) => [holder.id, holder.name]));
      const [cards, received, own, ...others] = await Promise.all([
        api.cardsOfOthers(),
        api.delegations('received'),
        api.delegations('given'),
        ...[...holders.keys()].map((holder) => api.delegations('given', holder)),
      ]);
      if (late()) return;
      // What was just accepted is shown from here.
      app.others = cards;
      const given = [own, ...others].flatMap(({ items }) => items);
      draw(received.items, given, said);
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else show(place, el('p', { class: 'notice problem', role: 'alert' }, wordsFor(error)));
    }
  }

  /** @param {Delegation[]} received @param {Delegation[]} given @param {string} said */
  function draw(received, given, said) {
    const over = [...received, ...given].filter(({ state }) => !OPEN.has(state));
    show(place, [
      said ? el('p', { class: 'notice', role: 'status', id: 'done' }, said) : null,
      side('received', received),
      side('given', given),
      over.length > 0 ? el('h2', {}, t('authorise.over', { n: over.length })) : null,
      over.length > 0 ? el('ul', { class: 'cards', id: 'over' }, over.map(item)) : null,
    ]);
  }

  /** @param {'received' | 'given'} name @param {Delegation[]} all */
  function side(name, all) {
    const open = all.filter(({ state }) => OPEN.has(state));
    return [
      el('h2', {}, t(name === 'given' ? 'delegate.given_list' : 'delegate.received', { n: open.length })),
      open.length === 0 ? el('p', { class: 'panel' }, t(name === 'given' ? 'delegate.none_given' : 'delegate.none_received')) : el('ul', { class: 'cards', id: name }, open.map(item)),
    ];
  }

  /** @param {Delegation} one */
  function item(one) {
    const kind = pick(one.kind_names);
    const name = one.side === 'given' ? one.to.name : one.holder_name;
    const canShow = one.side === 'received' && one.state === 'live';
    return el(
      'li',
      { class: 'panel', 'data-state': one.state },
      el('p', { class: 'card-line' }, el('strong', {}, t(one.side === 'given' ? 'delegate.by_him' : 'delegate.for_him', { name, kind })), el('span', { class: 'state' }, pick(one.state_label))),
      one.side === 'given' ? el('p', { class: 'quiet' }, t('delegate.to_number', { number: one.to.id_number })) : null,
      one.footing === 'agent' && one.side === 'given' ? el('p', { class: 'quiet' }, t('list.acting', { name: one.holder_name })) : null,
      one.matter_names ? el('p', { class: 'quiet' }, t('delegate.matter', { matter: pick(one.matter_names) })) : null,
      el('p', { class: 'quiet' }, t('delegate.window', { from: moment(one.from), until: moment(one.until) })),
      one.state === 'waiting' ? el('p', { class: 'quiet' }, t('delegate.accept_by', { time: moment(one.accept_by) })) : null,
      one.ended_at ? el('p', { class: 'quiet' }, t('delegate.ended_at', { time: moment(one.ended_at) })) : null,
      seen(one),
      canShow ? el('a', { class: 'button primary', href: `#card/${one.licence}` }, t('delegate.show')) : null,
      one.acts.includes('accept') ? answer(one, kind) : null,
      one.acts.includes('withdraw') ? ending(one, kind, name) : null,
    );
  }

  /** Exactly what is seen in each scene; of one that waits for oneself only which fields. @param {Delegation} one */
  function seen({ scenes }) {
    return el(
      'details',
      {},
      el('summary', {}, t('delegate.seen', { scenes: scenes.map(({ names }) => pick(names)).join(t('authorise.and')) })),
      scenes.map(({ names, fields }) => [
        el('p', {}, pick(names)),
        fields.length === 0 ? el('p', { class: 'quiet' }, t('delegate.not_now')) : el('dl', { class: 'seen' }, rows(fields.map(({ label, value }) => /** @type {[string, string]} */ ([pick(label), value || t('delegate.after')])))),
      ]),
    );
  }

  /** @param {Delegation} one @param {string} kind */
  function answer(one, kind) {
    const problem = problemNotice({ id: null });
    const id = `pin-${one.id}`;
    const pin = pinField({ id, name: id, class: 'pin' });
    const accept = el('button', { type: 'submit', class: 'button primary' }, t('delegate.accept'));
    /** @type {HTMLButtonElement} */
    const decline = el('button', { type: 'button', class: 'button secondary', 'aria-label': t('delegate.decline_of', { name: one.holder_name, kind }), onclick: () => busy(decline, () => send(one.id, { act: 'decline' }, t('delegate.declined'), problem)) }, t('delegate.decline'));

    /** @param {SubmitEvent} event */
    function submitted(event) {
      event.preventDefault();
      void busy(accept, async () => {
        await send(one.id, { act: 'accept', pin: pin.value }, one.from > now() ? t('delegate.not_begun', { time: moment(one.from) }) : t('delegate.accepted'), problem);
        pin.value = '';
      });
    }

    return el(
      'form',
      { class: 'answer', onsubmit: submitted },
      el('p', {}, t('delegate.accept_what', { name: one.holder_name })),
      el('label', { for: id }, t('card.pin')),
      pin,
      problem,
      el('div', { class: 'buttons' }, accept, decline),
    );
  }

  /** @param {Delegation} one @param {string} kind @param {string} name */
  function ending(one, kind, name) {
    const problem = problemNotice({ id: null });
    const isGiven = one.side === 'given';
    const [word, said] = isGiven ? [t('delegate.withdraw'), t('delegate.withdrawn')] : [t('delegate.give_up'), t('delegate.given_up')];
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button secondary', 'aria-label': t('delegate.end_of', { word, name, kind }), onclick: () => busy(button, () => send(one.id, { act: 'withdraw' }, said, problem)) }, word);
    return [button, problem];
  }

  /** @param {string} id @param {Parameters<typeof api.actOnDelegation>[1]} act @param {string} said @param {HTMLElement} problem */
  async function send(id, act, said, problem) {
    const late = begin();
    say(problem, '');
    try {
      await api.actOnDelegation(id, act);
      if (!late()) await load(said);
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else say(problem, wordsFor(error));
    }
  }

  return { nodes: [el('p', { class: 'quiet' }, t('delegate.what_list')), place], onLeave: () => begin() };
}
