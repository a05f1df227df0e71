/** The cards. */
import { Mute, NoNetwork } from '../../page/client.js';
import { pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';
import { badge, validity } from '../licence.js';

/** @typedef {import('../types.d.ts').Card} Card */

/**
 * @param {import('../types.d.ts').App} app
 * @param {Card[]} cards
 * @returns {import('../types.d.ts').View}
 */
export function listView(app, cards) {
  app.title(t('list.title'), false);
  const showable = cards.filter((card) => card.showable);
  const ended = cards.filter((card) => !card.showable);
  return {
    nodes: [
      app.offline ? el('p', { class: 'notice', role: 'status' }, whyOffline(app.offline, showable.length)) : null,
      cards.length === 0 ? none(app.offline) : null,
      el('ul', { class: 'cards' }, showable.map(entry)),
      ended.length > 0 ? el('h2', { class: 'group' }, t('list.not_showable', { n: ended.length })) : null,
      el('ul', { class: 'cards' }, ended.map(entry)),
      el(
        'div',
        { class: 'buttons' },
        el('a', { class: 'button secondary', href: '#answer' }, t('list.answer')),
        app.offline
          ? el('button', { class: 'button secondary', type: 'button', onclick: () => app.load() }, t('list.retry'))
          : el('button', { class: 'button secondary', type: 'button', onclick: () => app.logout() }, t('list.logout')),
      ),
      app.offline ? null : el('p', { class: 'quiet' }, t('list.logout_note')),
    ],
  };
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
  return el('p', { class: 'panel' }, t(error ? 'list.none_offline' : 'list.none'));
}

/** Whether the server cannot be reached, rather than say nothing. @param {unknown} error */
const isAway = (error) => error instanceof NoNetwork && !(error instanceof Mute);

/** @param {Card} card */
function entry(card) {
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
    ),
  );
}

/** Whose it is, as the card may say it to a passer-by; `n` is the name in every kind of our catalogue. @param {Card} card */
const nameOn = (card) => card.fields.find(({ key }) => key === 'n')?.value;
