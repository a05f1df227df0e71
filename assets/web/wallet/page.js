/** `/wallet`: log in, choose a card, show it. This file holds the page's frame and which view is on it. */
import { deviceIsAheadBy, WARN_AT } from '../page/clock.js';
import { el, show } from '../shared/dom.js';
import { otherLanguage, t } from '../page/i18n.js';
import { keepOffline } from '../page/offline.js';
import * as api from './api.js';
import { cardView } from './screens/card.js';
import { challengeView } from './screens/challenge.js';
import { listView } from './screens/list.js';
import { leavingView, loginView } from './screens/login.js';
import * as phone from './phone.js';
import { turns } from './turns.js';

const header = document.getElementById('header');
const clock = el('p', { class: 'notice problem', id: 'clock', role: 'status', hidden: true });
const view = el('div', { id: 'view' });

/** The mark of a logout that is not finished, kept with the browser: closing or reloading the page undoes none. */
const PENDING = 'lz.logout-pending';

/**
 * What the views share. `cards` is null until the server or the phone's own store has given them; `offline` is the
 * error that kept the server's away.
 */
const app = { cards: null, offline: null, modules: modules(), go, load, loggedIn, logout, title };

/** What the view on screen wants done before it goes. */
let leave = () => undefined;

/** Seconds that this device was last told to be ahead; 0 for nothing told. */
let toldOff = 0;

/** Of answers that decide what is on the page the last one asked for counts. */
const { begin } = turns();

show(document.getElementById('main'), clock, view);
setInterval(drawClock, 1000);
addEventListener('hashchange', route);
const offline = keepOffline();
await load();
document.documentElement.dataset.ready = (await offline) ? 'offline' : 'online';

/** The wallet's module; null if it cannot be had. Then codes are drawn by the server, and only online. */
function modules() {
  return import('/assets/wasm/wallet.js').catch(() => null);
}

/** Fetches the cards; if the server gives none, those this phone can show by itself; logged out, the login. */
async function load() {
  if (isLeaving()) {
    await logout();
    return;
  }
  const late = begin();
  const got = await api.licences().then(({ items }) => ({ cards: items, offline: null }), keptHere);
  if (late()) return;
  Object.assign(app, got);
  if (app.cards) route();
  else draw(loginView(app));
}

/** The cards this phone can show by itself, because of `error`; null if the server says that nobody is logged in. */
async function keptHere(error) {
  if (error.status === 401) return { cards: null, offline: null };
  const kept = await phone.grants();
  return { cards: [...new Map(kept.map(({ card }) => [card.id, card])).values()], offline: error };
}

/** The new session's cookie has taken the old one's place: nothing is left to end. */
async function loggedIn(name) {
  setLeaving(false);
  await phone.belongsTo(name);
  await load();
}

/** Wipes the phone and ends the session. What fails is told and tried again with the next visit; till then no card. */
async function logout() {
  const late = begin();
  setLeaving(true);
  app.cards = null;
  location.hash = '';
  draw(leavingView(app));
  const unfinished = [];
  await phone.forget().catch(() => unfinished.push(t('login.not_cleared')));
  await api.logout().catch((error) => error.status === 401 || unfinished.push(t('login.not_ended')));
  if (late()) return;
  if (unfinished.length === 0) setLeaving(false);
  draw(loginView(app, unfinished));
}

function isLeaving() {
  try {
    return localStorage.getItem(PENDING) !== null;
  } catch {
    return false;
  }
}

function setLeaving(leaving) {
  try {
    if (leaving) localStorage.setItem(PENDING, '');
    else localStorage.removeItem(PENDING);
  } catch {
    // Storage is switched off in this browser: the words on the page are then all there is.
  }
}

/** Views have addresses, so that the phone's back button works: ``, `#card/<id>`, `#answer`. */
function go(address) {
  if (location.hash === `#${address}`) route();
  else location.hash = address;
}

function route() {
  if (app.cards === null) return;
  const [name, id] = location.hash.slice(1).split('/');
  const card = name === 'card' ? app.cards.find((one) => one.id === id) : null;
  if (card) draw(cardView(app, card));
  else if (name === 'answer') draw(challengeView(app));
  else draw(listView(app));
}

/** `content`: the nodes of a view, and how to leave it. */
function draw({ nodes, onLeave = () => undefined }) {
  leave();
  leave = onLeave;
  show(view, nodes);
  drawClock();
  scrollTo(0, 0);
  header.querySelector('h1')?.focus();
}

/** The frame's heading, with a way back unless this is the first view. */
function title(text, back = true) {
  const other = otherLanguage();
  document.title = `${text} · ${t('name')}`;
  show(
    header,
    back ? el('a', { href: '#', class: 'back', 'aria-label': t('back') }, '‹') : null,
    el('h1', { tabindex: '-1' }, text),
    el('a', { href: other.href, lang: other.lang, hreflang: other.lang, class: 'language' }, other.name),
  );
}

function drawClock() {
  const ahead = deviceIsAheadBy();
  const off = ahead !== null && Math.abs(ahead) > WARN_AT ? ahead : 0;
  // It is read aloud when it changes; two measurements differ by a second for no reason.
  if (Math.abs(off - toldOff) <= 2) return;
  toldOff = off;
  clock.hidden = off === 0;
  show(clock, off === 0 ? '' : t(off > 0 ? 'clock.ahead' : 'clock.behind', { n: Math.abs(off) }));
}
