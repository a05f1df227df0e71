/** The cards. */
import { el } from '../../shared/dom.js';
import { day, pick, t } from '../../page/i18n.js';
import { sign } from '../../shared/shapes.js';
import { NoNetwork } from '../api.js';
import { wordsFor } from '../words.js';

/** States that may pass again; every other one that cannot be shown has ended. */
const PAUSED = new Set(['ON_HOLD', 'SEIZED', 'DISABLED', 'REPORTED_LOST']);

export function listView(app) {
  app.title(t('list.title'), false);
  const showable = app.cards.filter((card) => card.showable);
  const ended = app.cards.filter((card) => !card.showable);
  return {
    nodes: [
      app.offline ? el('p', { class: 'notice', role: 'status' }, whyOffline(app.offline, showable.length)) : null,
      app.cards.length === 0 ? none(app.offline) : null,
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

/** Why only the `n` cards kept on this phone are here. Who is told of a network looks for the fault there. */
function whyOffline(error, n) {
  if (error instanceof NoNetwork) return t('list.offline', { n });
  return [wordsFor(error), ' ', t('list.kept', { n })];
}

/** There is no card; where `error` kept them away and was no network, its own words have said so already. */
function none(error) {
  if (error && !(error instanceof NoNetwork)) return null;
  return el('p', { class: 'panel' }, t(error ? 'list.none_offline' : 'list.none'));
}

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

/** Whose it is, as the card may say it to a passer-by; `n` is the name in every kind of our catalogue. */
const nameOn = (card) => card.fields?.find(({ key }) => key === 'n')?.value;

/** The state in a word and a sign. What cannot be shown never looks good, whatever its status says. */
export function badge(card) {
  if (!card.showable) {
    const word = card.status === 'ACTIVE' ? t('card.not_showable') : stateOf(card);
    const drawn = PAUSED.has(card.status) ? sign('square', 'pause') : sign('octagon', 'cross');
    return el('span', { class: 'badge badge-off' }, drawn, word);
  }
  const minding = card.cautions.length > 0;
  const drawn = minding ? sign('triangle', 'bang') : sign('circle', 'tick');
  return el('span', { class: minding ? 'badge badge-minding' : 'badge badge-good' }, drawn, stateOf(card));
}

/** The state in the register's own word. */
export const stateOf = (card) => pick(card.status_label);

/** The licence's own validity, which is neither the code's life nor the show's. */
export function validity(card) {
  return card.valid_to ? t('card.valid_to', { day: day(card.valid_to) }) : t('card.long_term');
}
