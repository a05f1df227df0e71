/** The cards. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { Mute, NoNetwork, isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { badge, isDelegated, isOwn, stateOf, validity, whose } from '../licence.js';
import { ownRecovery } from '../own-recovery.js';
import { searchField } from '../search.js';
import * as phone from '../phone.js';
import { turns } from '../../page/turns.js';

/** @typedef {import('../types.d.ts').Card} Card */

/**
 * @param {import('../types.d.ts').App} app
 * @param {Card[]} all with a network the own ones
 * @returns {import('../types.d.ts').View}
 */
export function listView(app, all) {
  app.title(t('list.title'), false);
  const { node: told, onLeave } = notices(app);
  const cards = all.filter(isOwn);
  const holders = el('div', { class: 'holders' });
  const search = searchField(holders);
  const others = othersOf(app, all.filter((card) => !isOwn(card)), search.refresh);
  const recovering = ownRecovery(app);
  const showable = cards.filter((card) => card.showable);
  const ended = cards.filter((card) => !card.showable);
  show(
    holders,
    el(
      'section',
      { class: 'holder', 'aria-label': t('list.own') },
      el('ul', { class: 'cards' }, showable.map(entry)),
      ended.length > 0 ? el('h2', { class: 'group' }, t('list.not_showable', { n: ended.length })) : null,
      el('ul', { class: 'cards' }, ended.map(entry)),
    ),
    others.node,
  );
  search.refresh();
  return {
    nodes: [
      app.offline ? el('p', { class: 'notice', role: 'status' }, whyOffline(app.offline, all.filter((card) => card.showable).length)) : null,
      recovering.node,
      told,
      all.length === 0 ? none(app.offline) : null,
      search.node,
      holders,
      el(
        'div',
        { class: 'buttons' },
        el('a', { class: 'button secondary', href: '#answer' }, t('list.answer')),
        app.offline ? null : el('a', { class: 'button secondary', href: '#authorisations' }, t('authorise.list')),
        app.offline ? null : el('a', { class: 'button secondary', href: '#delegations' }, t('delegate.list')),
        app.offline ? null : el('a', { class: 'button secondary', href: '#uses' }, t('uses.title')),
        app.offline ? null : el('a', { class: 'button secondary', href: '#suggestions' }, t('suggest.title')),
        app.offline ? null : el('a', { class: 'button secondary', href: '#account' }, t('account.open')),
        app.offline
          ? el('button', { class: 'button secondary', type: 'button', onclick: () => app.load() }, t('list.retry'))
          : el('button', { class: 'button secondary', type: 'button', onclick: () => app.logout() }, t('list.logout')),
      ),
      app.offline ? null : el('p', { class: 'quiet' }, t('list.logout_note')),
    ],
    onLeave: () => {
      onLeave();
      others.onLeave();
      recovering.onLeave();
    },
  };
}

/**
 * The cards of firms and wards one acts for, each holder's under his name; without a network those this phone can show.
 *
 * @param {import('../types.d.ts').App} app
 * @param {Card[]} kept
 * @param {() => void} onDrawn what is to be done once they are drawn
 */
function othersOf(app, kept, onDrawn) {
  const node = el('div', { id: 'others' });
  /** @type {(() => void)[]} */
  const leaving = [];
  const { begin } = turns();
  const late = begin();
  if (app.offline) draw(kept);
  else api.cardsOfOthers().then(drawn, failed);

  /** @param {Card[]} cards */
  function drawn(cards) {
    if (late()) return;
    app.others = cards;
    // Where the browser keeps nothing there is nothing to drop.
    phone.keepOnly(cards, 'others').catch(() => undefined);
    draw(cards);
  }

  /** @param {Card[]} cards */
  function draw(cards) {
    // One may act for a holder, and have of another only what he delegated.
    const groups = new Map(cards.map((card) => [whose(card), card]));
    show(
      node,
      [...groups].map(([words, one]) =>
        el(
          'section',
          { class: 'holder' },
          el('h2', { class: 'group' }, words),
          isDelegated(one) ? null : toldTo(one.footing.holder, one.footing.name ?? ''),
          el('ul', { class: 'cards' }, cards.filter((card) => whose(card) === words).map(entry)),
        ),
      ),
    );
    onDrawn();
  }

  /** @param {string} holder @param {string} name */
  function toldTo(holder, name) {
    const told = notices(app, { holder, name });
    leaving.push(told.onLeave);
    return told.node;
  }

  /** Who is logged out meanwhile learns it with the next step. @param {unknown} error */
  function failed(error) {
    if (!late() && !isProblem(error, 401)) show(node, el('p', { class: 'notice problem', role: 'alert' }, t('list.acting_failed'), ' ', wordsFor(error)));
  }

  return {
    node,
    onLeave: () => {
      begin();
      for (const leave of leaving) leave();
    },
  };
}

/**
 * What the holder is told without asking: what runs out, what units did. Without it the cards are there all the same.
 *
 * @param {import('../types.d.ts').App} app
 * @param {{ holder: string, name: string }} [other] whom one acts for; without it what oneself is told
 */
function notices(app, other) {
  const label = other ? t('list.notices_of', { name: other.name }) : t('list.notices');
  const node = el('section', { class: 'panel', 'aria-label': label, hidden: true });
  if (!other) node.id = 'notices';
  const { begin } = turns();
  const late = begin();
  if (!app.offline) api.notices(other?.holder).then(drawn, () => undefined);

  /** @param {import('../types.d.ts').Schemas['PageOfNotice']} page */
  function drawn({ items }) {
    if (late() || items.length === 0) return;
    node.hidden = false;
    show(node, [
      el(other ? 'h3' : 'h2', {}, label),
      el(
        'ul',
        { class: 'notices' },
        items.map(({ kind, licence, consent, text, at }) =>
          el(
            'li',
            {},
            licence ? el('a', { href: kind.startsWith('delegation_') ? '#delegations' : `#record/${licence.id}` }, pick(text)) : pick(text),
            ' ',
            el('span', { class: 'quiet' }, moment(at)),
            // Only who gave it takes it back.
            consent && !other ? consentLine(consent) : null,
          ),
        ),
      ),
    ]);
  }

  /** A consent is taken back where it is told. @param {import('../types.d.ts').Schemas['NoticeConsent']} consent */
  function consentLine({ id, withdrawn_at: over }) {
    if (over) return el('span', { class: 'quiet' }, ' ', t('list.consent_withdrawn', { time: moment(over) }));
    const problem = problemNotice({ id: null });
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button small', onclick: () => busy(button, withdraw) }, t('list.consent_withdraw'));
    return el('span', { class: 'consent' }, ' ', button, problem);

    async function withdraw() {
      const late = begin();
      try {
        await api.withdrawConsent(id);
        const page = await api.notices();
        if (!late()) drawn(page);
      } catch (error) {
        if (!late()) say(problem, wordsFor(error));
      }
    }
  }

  return { node, onLeave: () => begin() };
}

/**
 * Why only the `n` cards kept on this phone are here. Who is told of a network looks for the fault there.
 *
 * @param {unknown} error
 * @param {number} n
 */
function whyOffline(error, n) {
  if (isAway(error)) return t('list.offline', { n });
  return [wordsFor(error), ' ', t('list.kept', { n })];
}

/**
 * There is no card; where `error` kept them away and was no network, its own words have said so already.
 *
 * @param {unknown} error
 */
function none(error) {
  if (error && !isAway(error)) return null;
  return el('p', { class: 'panel', id: 'none' }, t(error ? 'list.none_offline' : 'list.none'));
}

/** Whether the server cannot be reached, rather than say nothing. @param {unknown} error */
const isAway = (error) => error instanceof NoNetwork && !(error instanceof Mute);

/** @param {Card} card */
function entry(card) {
  const reason = card.showable ? '' : pick(card.reason);
  return el(
    'li',
    {},
    el(
      'a',
      { class: card.showable ? 'card' : 'card card-off', href: `#card/${card.id}` },
      el(
        'span',
        { class: 'card-line' },
        el('span', { class: 'card-name' }, pick(card.kind.names)),
        badge(card),
      ),
      el('span', {}, nameOn(card)),
      el('span', { class: 'card-unit' }, pick(card.unit.names)),
      el('span', { class: 'card-number' }, card.identifier),
      el('span', {}, validity(card)),
      // The badge says what it is; this says why, where that is more.
      reason === '' || reason === stateOf(card) ? null : el('span', { class: 'card-why' }, reason),
    ),
  );
}

/** Whose it is, as the card may say it to a passer-by; `n` is the name in every kind of our catalogue. @param {Card} card */
const nameOn = (card) => card.fields.find(({ key }) => key === 'n')?.value;
