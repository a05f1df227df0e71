/** `/wallet`: log in, choose a card, show it. This file holds the page's frame and which view is on it. */
import { say } from '../kit/notice.js';
import { isProblem, onSlow } from '../page/client.js';
import { deviceIsAheadBy, WARN_AT } from '../page/clock.js';
import { focusHeading, heading, main } from '../page/frame.js';
import { pick, t } from '../page/i18n.js';
import { keepOffline } from '../page/offline.js';
import { storageNotice } from '../page/storage.js';
import { onNews, tellTabs } from '../page/tabs.js';
import { turns } from '../page/turns.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';
import { largeSwitch, showLarge } from './large.js';
import * as phone from './phone.js';
import { viewAt } from './routes.js';
import { accountView } from './screens/account.js';
import { listView } from './screens/list.js';
import { leavingView, loginView } from './screens/login.js';
import { staffView } from './screens/staff.js';

const clock = el('p', { class: 'notice problem', id: 'clock', role: 'status', hidden: true });
const storage = storageNotice();
const slow = el('p', { class: 'notice', id: 'slow', role: 'status', hidden: true });
const view = el('div', { id: 'view' });

/** The mark of a logout that is not finished, kept with the browser: closing or reloading the page undoes none. */
const PENDING = 'lz.logout-pending';

/** @type {import('./types.d.ts').App} */
const app = {
  cards: null,
  others: [],
  offline: null,
  modules: modules(),
  load,
  loggedIn,
  logout,
  title: (text, back = true) => heading(text, back ? '#' : null, back ? null : largeSwitch()),
};

/** What the view on screen wants done before it goes. @type {() => void} */
let leave = () => undefined;

/** What stands where cards would for who has no wallet and is logged in. @type {(() => import('./types.d.ts').View) | null} */
let home = null;

/** Seconds that this device was last told to be ahead; 0 for nothing told. */
let toldOff = 0;

/** Of answers that decide what is on the page the last one asked for counts. */
const { begin } = turns();

showLarge();
show(main(), slow, clock, storage.node, view);
onSlow((isSlow) => say(slow, isSlow ? t('error.slow') : ''));
onNews(heard);
setInterval(drawNotices, 1000);
addEventListener('hashchange', () => drawRoute());
const offline = keepOffline();
await load();
document.documentElement.dataset.ready = (await offline) ? 'offline' : 'online';

/** The wallet's module; null if it cannot be had. Then codes are drawn by the server, and only online. */
function modules() {
  return import('/assets/wasm/wallet.js').catch(() => null);
}

/**
 * Fetches the cards; if the server gives none, those this phone can show by itself. Who is logged out gets the login, who
 * is no holder the page for staff. `said` is what has just happened, told above whatever comes; `refused` what a login is
 * told that comes instead.
 */
async function load(said = '', refused = said) {
  if (isLeaving()) {
    await logout();
    return;
  }
  const late = begin();
  const [found, others] = await Promise.all([
    offered().catch((error) => instead(error, refused)),
    app.others.length > 0 ? api.cardsOfOthers().catch(() => []) : [],
  ]);
  if (late()) return;
  app.others = others;
  app.cards = found.cards;
  app.offline = found.offline;
  home = found.isStaff ? (found.view ?? null) : null;
  if (found.view && !home) draw(found.view());
  else drawRoute(said);
}

/**
 * What there is to show: cards, or a view that stands where they would.
 *
 * @typedef {import('./types.d.ts').View} View
 * @typedef {{ cards: import('./types.d.ts').Card[] | null, offline: unknown, view?: () => View, isStaff?: boolean }} Found
 */

/** The server's cards. @returns {Promise<Found>} */
async function offered() {
  const { items } = await api.licences();
  await phone.keepOnly(items, 'own');
  return { cards: items, offline: null };
}

/**
 * Where the server gave no cards, because of `error`: nobody is logged in, somebody who is no holder is, or the server
 * cannot say; then there are the cards this phone can show by itself.
 *
 * @param {unknown} error
 * @param {string} refused why a session that was there is not, if that is known
 * @returns {Promise<Found>}
 */
async function instead(error, refused) {
  if (isProblem(error, 401)) {
    const why = refused || fromProvider() || ((await phone.hasOwner()) ? t('login.session_lost') : '');
    return { cards: null, offline: null, view: () => loginView(app, [], why) };
  }
  if (isProblem(error, 403)) {
    const member = await api.me().then(memberOf, () => null);
    return { cards: null, offline: null, view: () => staffView(app, member), isStaff: true };
  }
  return { cards: await phone.cards(), offline: error };
}

/** Why the identity provider's login came to nothing, as the server said in the address. */
function fromProvider() {
  switch (new URLSearchParams(location.search).get('login')) {
    case null:
      return '';
    case 'identity-unmatched':
      return t('login.unmatched');
    case 'link-needed':
      return t('login.link_needed');
    case 'oidc-unavailable':
      return t('login.oidc_unavailable');
    case 'oidc-broken-off':
      return t('login.oidc_broken_off');
    default:
      return t('login.oidc_refused');
  }
}

/**
 * Who works for a unit, as the page for staff says it.
 *
 * @param {import('./types.d.ts').Schemas['Me']} me
 * @returns {import('./types.d.ts').Member}
 */
function memberOf({ account: { name, login }, membership, session }) {
  const unit = membership ? pick(membership.unit.names) : null;
  return { name, login, unit, roles: membership?.roles ?? [], factorNeeded: session.staff_factor_needed === 'totp' };
}

/**
 * The new session's cookie has taken the old one's place: nothing is left to end.
 *
 * @param {import('./types.d.ts').Principal} principal
 */
async function loggedIn(principal) {
  setLeaving(false);
  await phone.belongsTo(principal);
  tellTabs('entered');
  // Should the very next request come without the session, the browser has not kept its cookie.
  await load('', t(location.protocol === 'http:' ? 'login.cookie_http' : 'login.cookie'));
}

/** Wipes the phone and ends the session. What fails is told and tried again with the next visit; till then no card. */
async function logout() {
  const late = begin();
  setLeaving(true);
  tellTabs('left');
  app.cards = null;
  app.others = [];
  home = null;
  location.hash = '';
  draw(leavingView(app));
  /** @type {string[]} */
  const unfinished = [];
  await phone.forget().catch(() => unfinished.push(t('login.not_cleared')));
  await api.logout().catch((error) => isProblem(error, 401) || unfinished.push(t('login.not_ended')));
  if (late()) return;
  if (unfinished.length === 0) setLeaving(false);
  draw(loginView(app, unfinished));
}

/** What another tab of this browser has done. @param {import('../page/tabs.js').News} news */
function heard(news) {
  if (news === 'left') {
    begin();
    phone.wiped();
    app.cards = null;
    app.others = [];
    home = null;
    location.hash = '';
    draw(loginView(app, [], t('login.left_elsewhere')));
  } else if (news === 'entered' || !isShowing()) load();
}

/** A show that is on finds out by itself what has changed. */
function isShowing() {
  return document.getElementById('showing') !== null;
}

function isLeaving() {
  try {
    return localStorage.getItem(PENDING) !== null;
  } catch {
    return false;
  }
}

/** @param {boolean} leaving */
function setLeaving(leaving) {
  try {
    if (leaving) localStorage.setItem(PENDING, '');
    else localStorage.removeItem(PENDING);
  } catch {
    // Storage is switched off in this browser: the words on the page are then all there is.
  }
}

/** Views have addresses, so that the phone's back button works (routes.js). */
function drawRoute(said = '') {
  const { cards } = app;
  const isAccount = location.hash === '#account';
  if (home) draw(isAccount ? accountView(app) : home(), said);
  else if (cards !== null) draw(viewAt(app, location.hash) ?? listView(app, cards), said);
}

/**
 * @param {import('./types.d.ts').View} view the nodes of a view, and how to leave it
 * @param {string} [said] what has just happened
 */
function draw({ nodes, onLeave = () => undefined }, said = '') {
  leave();
  leave = onLeave;
  show(view, said ? el('p', { class: 'notice', role: 'status', id: 'said' }, said) : null, nodes);
  drawNotices();
  scrollTo(0, 0);
  focusHeading();
}

/** What may change at any time, whatever is on the screen. */
function drawNotices() {
  drawClock();
  storage.draw(phone.store);
}

function drawClock() {
  const ahead = deviceIsAheadBy();
  const off = ahead !== null && Math.abs(ahead) > WARN_AT ? ahead : 0;
  // It is read aloud when it changes; two measurements differ by a second for no reason.
  if (Math.abs(off - toldOff) <= 2) return;
  toldOff = off;
  say(clock, off === 0 ? '' : t(off > 0 ? 'clock.ahead' : 'clock.behind', { n: Math.abs(off) }));
}
