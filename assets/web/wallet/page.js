/** `/wallet`: log in, choose a card, show it. This file holds the page's frame and which view is on it. */
import { deviceIsAheadBy, WARN_AT } from '../js/clock.js';
import { el, show } from '../shared/dom.js';
import { otherLanguage, t } from '../js/i18n.js';
import { keepOffline } from '../js/offline.js';
import * as api from './api.js';
import { cardView } from './card.js';
import { challengeView } from './challenge.js';
import { listView } from './list.js';
import { loginView } from './login.js';
import * as phone from './phone.js';

const header = document.getElementById('header');
const clock = el('p', { class: 'notice problem', id: 'clock', role: 'status', hidden: true });
const view = el('div', { id: 'view' });

/** What the views share. `cards` is null until the server or the phone's own store has given them. */
const app = { cards: null, offline: false, modules: modules(), go, load, loggedIn, logout, title };

/** What the view on screen wants done before it goes. */
let leave = () => undefined;

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

/** Fetches the cards; with no network those this phone can show by itself; logged out, the login. */
async function load() {
  try {
    const { items } = await api.licences();
    Object.assign(app, { cards: items, offline: false });
  } catch (error) {
    if (error.status === 401) {
      app.cards = null;
      draw(loginView(app));
      return;
    }
    const kept = await phone.grants();
    Object.assign(app, { cards: [...new Map(kept.map(({ card }) => [card.id, card])).values()], offline: true });
  }
  route();
}

async function loggedIn(name) {
  await phone.belongsTo(name);
  await load();
}

async function logout() {
  await phone.forget();
  await api.logout().catch(() => undefined);
  app.cards = null;
  location.hash = '';
  draw(loginView(app));
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
  const off = ahead !== null && Math.abs(ahead) > WARN_AT;
  if (clock.hidden === !off) return;
  clock.hidden = !off;
  show(clock, off ? t(ahead > 0 ? 'clock.ahead' : 'clock.behind', { n: Math.abs(ahead) }) : '');
}
