/** The wallet's screens by the first part of their address: `#card/<id>`, `#answer`, … */
import { t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';
import { accountView } from './screens/account.js';
import { authorisationsView } from './screens/authorisations.js';
import { authoriseView } from './screens/authorise.js';
import { cardView } from './screens/card.js';
import { challengeView } from './screens/challenge.js';
import { delegateView } from './screens/delegate.js';
import { delegationsView } from './screens/delegations.js';
import { devicesView } from './screens/devices.js';
import { recordView } from './screens/record.js';
import { requestView } from './screens/request.js';
import { usesView } from './screens/uses.js';

/**
 * @typedef {import('./types.d.ts').App} App
 * @typedef {import('./types.d.ts').Card} Card
 * @typedef {import('./types.d.ts').View} View
 */

/** Screens of a licence of the list; the second part of the address names it. @type {Record<string, { view: (app: App, card: Card) => View, online?: boolean }>} */
const OF_CARD = {
  card: { view: cardView },
  record: { view: recordView },
  authorise: { view: authoriseView, online: true },
  delegate: { view: delegateView, online: true },
};

/** Screens that few open: each comes when it is opened. @param {() => Promise<(app: App, rest: string) => View>} load */
const later = (load) => (/** @type {App} */ app, /** @type {string} */ rest) => {
  const place = el('div', { class: 'later' });
  /** @type {View | null} */
  let view = null;
  let isLeft = false;
  load().then(
    (make) => {
      if (isLeft) return;
      view = make(app, rest);
      show(place, view.nodes);
    },
    () => show(place, el('p', { class: 'notice problem', role: 'alert' }, t('error.no_network'))),
  );
  return {
    nodes: [place],
    onLeave() {
      isLeft = true;
      view?.onLeave?.();
    },
  };
};

/** The others; `rest` is what follows in the address. @type {Record<string, { view: (app: App, rest: string) => View, online?: boolean }>} */
const OTHERS = {
  account: { view: accountView, online: true },
  devices: { view: devicesView, online: true },
  authorisations: { view: authorisationsView, online: true },
  delegations: { view: delegationsView, online: true },
  uses: { view: usesView, online: true },
  suggestions: { view: later(async () => (await import('./screens/suggestions.js')).suggestionsView), online: true },
  answer: { view: challengeView },
  request: { view: requestView, online: true },
};

/**
 * What stands at an address; null for the list of cards.
 *
 * @param {App} app
 * @param {string} hash
 * @returns {View | null}
 */
export function viewAt(app, hash) {
  const [name, ...rest] = hash.replace(/^#/, '').split('/');
  const other = Object.hasOwn(OTHERS, name) ? OTHERS[name] : null;
  if (other) return other.online && app.offline ? null : other.view(app, rest.join('/'));
  const ofCard = Object.hasOwn(OF_CARD, name) ? OF_CARD[name] : null;
  const card = [...(app.cards ?? []), ...app.others].find(({ id }) => id === rest[0]);
  return ofCard && card && !(ofCard.online && app.offline) ? ofCard.view(app, card) : null;
}
