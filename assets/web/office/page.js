/** `/office`: the work of units. This file holds who is logged in, and which screen is on. */
import { say } from '../kit/notice.js';
import { isProblem, NoNetwork, onSlow, Problem } from '../page/client.js';
import { focusHeading, main } from '../page/frame.js';
import { t } from '../page/i18n.js';
import { keepOffline } from '../page/offline.js';
import { onNews, tellTabs } from '../page/tabs.js';
import { showTheme } from '../page/theme.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';
import { drawHeader, drawNav } from './frame.js';
import { forgetHere } from './kept.js';
import { factorView, firstPasswordView, loginView, outsideView } from './screens/login.js';
import { sectionsFor, SORTS } from './sections.js';
import { setShortcuts } from './shortcuts.js';

/**
 * @typedef {import('./types.d.ts').App} App
 * @typedef {import('./types.d.ts').View} View
 */

/**
 * Addresses, and the screens behind them; `*` is any part. A screen's script comes when it is first gone to.
 *
 * @typedef {() => Promise<import('./types.d.ts').Screen>} Coming
 * @type {[string, Coming][]}
 */
const ROUTES = [
  ['home', async () => (await import('./screens/home.js')).homeScreen],
  ['proposals', async () => (await import('./screens/proposals.js')).proposalsScreen],
  ['duplicates', async () => (await import('./screens/duplicates.js')).duplicatesScreen],
  ['tasks', async () => (await import('./screens/tasks.js')).tasksScreen],
  ['agencies', async () => (await import('./screens/agencies.js')).agenciesScreen],
  ['agencies/new', async () => (await import('./screens/agency-new.js')).newAgencyScreen],
  ['cases', async () => (await import('./screens/cases.js')).casesScreen],
  ['cases/new', async () => (await import('./screens/case-new.js')).newCaseScreen],
  ['cases/*', async () => (await import('./screens/case.js')).caseScreen],
  ['cases/*/ask', async () => (await import('./screens/counter-ask.js')).counterAskScreen],
  ['cases/*/requests/*', async () => (await import('./screens/counter-request.js')).counterRequestScreen],
  ['cases/*/requests/*/screen', async () => (await import('./screens/counter-request.js')).counterScreen],
  ['prints/*', async () => (await import('./screens/prints.js')).printsScreen],
  ['cases/*/look-up', async () => (await import('./screens/look-up.js')).lookUpScreen],
  ['licences', async () => (await import('./screens/licences.js')).licencesScreen],
  ['licences/*', async () => (await import('./screens/licence.js')).licenceScreen],
  ['review', async () => (await import('./screens/licences.js')).licencesScreen],
  ['draft/new', async () => (await import('./screens/draft.js')).draftScreen],
  ['draft/new/*', async () => (await import('./screens/draft.js')).draftScreen],
  ['draft/*', async () => (await import('./screens/draft.js')).draftScreen],
  ['draft/of/*/*', async () => (await import('./screens/draft.js')).draftScreen],
  ['imports', async () => (await import('./screens/imports.js')).importsScreen],
  ['imports/*', async () => (await import('./screens/import.js')).importScreen],
  ['requests', async () => (await import('./screens/requests.js')).requestsScreen],
  ['requests/*', async () => (await import('./screens/request.js')).requestScreen],
  ['reconciliations', async () => (await import('./screens/reconciliations.js')).reconciliationsScreen],
  ['reconciliations/*', async () => (await import('./screens/reconciliation.js')).reconciliationScreen],
  ['duties', async () => (await import('./screens/duties.js')).dutiesScreen],
  ['duties/new', async () => (await import('./screens/duty-new.js')).newDutyScreen],
  ['duties/*', async () => (await import('./screens/duty.js')).dutyScreen],
  ['analyses', async () => (await import('./screens/analyses.js')).analysesScreen],
  ['analyses/new', async () => (await import('./screens/analysis-new.js')).newAnalysisScreen],
  ['analyses/*', async () => (await import('./screens/analysis.js')).analysisScreen],
  ['uses', async () => (await import('./screens/uses.js')).usesScreen],
  ['uses/*', async () => (await import('./screens/uses.js')).usesScreen],
  ['counts', async () => (await import('./screens/counts.js')).countsScreen],
  ['calendar', async () => (await import('./screens/calendar.js')).calendarScreen],
  ['calendar/*', async () => (await import('./screens/calendar.js')).calendarScreen],
  ['units', async () => (await import('./screens/units.js')).unitsScreen],
  ['units/new', async () => (await import('./screens/unit-editor.js')).unitEditorScreen],
  ['units/*', async () => (await import('./screens/unit.js')).unitScreen],
  ['units/*/edit', async () => (await import('./screens/unit-editor.js')).unitEditorScreen],
  ['units/*/succeed', async () => (await import('./screens/unit-succession.js')).successionScreen],
  ['units/*/accounts/new', async () => (await import('./screens/account-new.js')).newAccountScreen],
  ['accounts/*', async () => (await import('./screens/account.js')).accountScreen],
  ['accounts/*/*', async () => (await import('./screens/account.js')).accountScreen],
  ['recoveries', async () => (await import('./screens/recoveries.js')).recoveriesScreen],
  ['recoveries/new', async () => (await import('./screens/recovery-new.js')).newRecoveryScreen],
  ['recoveries/new/*', async () => (await import('./screens/recovery-new.js')).newRecoveryScreen],
  ['outbox', async () => (await import('./screens/outbox.js')).outboxScreen],
  ['keys', async () => (await import('./screens/keys.js')).keysScreen],
  ...SORTS.flatMap((sort) => /** @type {[string, Coming][]} */ ([
    [sort, async () => (await import('./screens/entries.js')).entriesScreen],
    [`${sort}/new`, async () => (await import('./screens/editor.js')).editorScreen],
    [`${sort}/*`, async () => (await import('./screens/entry.js')).entryScreen],
    [`${sort}/*/edit`, async () => (await import('./screens/editor.js')).editorScreen],
  ])),
];

const slow = el('p', { class: 'notice', id: 'slow', role: 'status', hidden: true });
const away = el('p', { class: 'notice problem', id: 'away', role: 'status', hidden: true });
const view = el('div', { id: 'view' });

/** Who works here; null while nobody is logged in. @type {App | null} */
let app = null;

/** What the screen on show wants done before it goes. @type {() => void} */
let leave = () => undefined;

/** Told above the next screen. */
let saying = '';

const { begin } = turns();

showTheme();
show(main(), slow, away, view);
onSlow((isSlow) => say(slow, isSlow ? t('error.slow') : ''));
onNews((news) => {
  if (news === 'left' || news === 'ended') forgetHere();
  if (news !== 'changed') load(news === 'left' ? t('office.left_elsewhere') : '');
});
addEventListener('hashchange', () => draw());
addEventListener('online', () => app === null && load());
addEventListener('online', told);
addEventListener('offline', told);
told();
const offline = keepOffline();
await load();
document.documentElement.dataset.ready = (await offline) ? 'offline' : 'online';

/** Work goes through the server; what was typed stays meanwhile. */
function told() {
  say(away, navigator.onLine ? '' : t('office.offline'));
}

/** Asks who is logged in, and draws what is theirs. `why` is told at the login, if that is what comes. */
async function load(why = '') {
  const late = begin();
  try {
    const [me, units] = await Promise.all([api.me(), api.units().catch(() => [])]);
    if (late()) return;
    const { account, membership } = me;
    forgetHere(account.id);
    if (!membership) {
      app = null;
      put(outsideView({ name: account.name, logout }));
      return;
    }
    if (account.must_change_password) {
      app = null;
      put(firstPasswordView({ why: t('enter.first_why'), changed: load, logout }));
      return;
    }
    if (me.session.staff_factor_needed) {
      app = null;
      put(factorView({ logout }));
      return;
    }
    app = {
      member: { account, unit: membership.unit, roles: membership.roles },
      units: new Map(units.map(({ id, names }) => [id, names])),
      go,
      again: (said = '') => draw(said),
      sessionLost: () => void load(t('office.session_lost')),
      logout,
    };
    await draw();
  } catch (error) {
    if (late()) return;
    app = null;
    if (isProblem(error, 401)) put(loginView({ why, loggedIn }));
    else put(failedView(error, () => load(why)));
  }
}

/** The new session's cookie has taken the old one's place. */
async function loggedIn() {
  tellTabs('entered');
  await load(t(location.protocol === 'http:' ? 'office.cookie_http' : 'office.cookie'));
}

/** What a wallet keeps on this device stays: this ends the session, which both share. */
async function logout() {
  const late = begin();
  try {
    await api.logout();
  } catch (error) {
    if (late()) return;
    if (!isProblem(error, 401)) {
      put(failedView(error, logout, t('office.not_ended')));
      return;
    }
  }
  if (late()) return;
  forgetHere();
  tellTabs('ended');
  location.hash = '';
  await load();
}

/** @param {string} path @param {string} [said] */
function go(path, said = '') {
  saying = said;
  if (location.hash.slice(1) === path) draw();
  else location.hash = path;
}

/** The screen of the present address. */
async function draw(said = saying) {
  saying = '';
  if (app === null) return;
  const path = location.hash.slice(1).split('/').map(decoded);
  if (path[0] === '') path[0] = 'home';
  const late = begin();
  const here = app;
  /** What is left undrawn is left, too. @type {Promise<View> | null} */
  let undrawn = null;
  const waiting = setTimeout(() => late() || show(view, el('p', { class: 'quiet', role: 'status', id: 'loading' }, t('office.loading'))), 300);
  try {
    const coming = ROUTES.find(([pattern]) => fits(pattern, path))?.[1];
    const screen = await coming?.().catch((cause) => Promise.reject(new NoNetwork('a script did not come', { cause })));
    // Lists of what is in force are read by anybody: only this tells that the session is over, or another person's.
    undrawn = Promise.resolve(screen ? screen(here, path, late) : unknownView());
    const [drawn, { account }] = await Promise.all([undrawn, api.me()]);
    if (late()) return;
    if (account.id !== here.member.account.id) return await load();
    undrawn = null;
    put(drawn, said, path[0]);
  } catch (error) {
    if (late()) return;
    if (isProblem(error, 401)) await load(t('office.session_lost'));
    else if (error instanceof Problem && error.code === 'password-change-needed') put(firstPasswordView({ why: wordsFor(error), changed: load, logout }));
    else put(failedView(error, () => draw(said)), '', path[0]);
  } finally {
    clearTimeout(waiting);
    undrawn?.then(({ onLeave }) => onLeave?.(), () => undefined);
  }
}

/**
 * @param {View} drawn
 * @param {string} [said]
 * @param {string} [section]
 */
function put({ title, back = null, nodes, onLeave = () => undefined, shortcuts = [] }, said = '', section = '') {
  leave();
  leave = onLeave;
  drawHeader(title, back, app);
  drawNav(app, section);
  show(view, said ? el('p', { class: 'notice', role: 'status', id: 'said' }, said) : null, nodes);
  setShortcuts(app ? [...shortcuts, ...ways(app)] : []);
  scrollTo(0, 0);
  focusHeading();
}

/** The keys that lead to the sections. @param {App} here */
function ways(here) {
  return sectionsFor(here.member.roles).map(({ path, key }) => ({ keys: `g ${key}`, what: t(`section.${path}`), run: () => go(path) }));
}

/** @param {unknown} error @param {() => unknown} retry @returns {View} */
function failedView(error, retry, words = wordsFor(error)) {
  // A fault of ours, not of the server or the network, must not pass unseen.
  if (!(error instanceof Problem || error instanceof NoNetwork)) reportError(error);
  return {
    title: t(error instanceof NoNetwork ? 'office.no_network' : 'office.failed'),
    back: null,
    nodes: [
      el('p', { class: 'notice problem', role: 'alert', id: 'problem' }, words),
      el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'button primary', onclick: () => retry() }, t('do.retry')), el('a', { class: 'button', href: '#home' }, t('section.home'))),
    ],
  };
}

/** @returns {View} */
function unknownView() {
  return {
    title: t('office.unknown'),
    back: '#home',
    nodes: [el('p', { class: 'panel' }, t('office.unknown_hint')), el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '#home' }, t('section.home')))],
  };
}

/** @param {string} pattern @param {string[]} path */
function fits(pattern, path) {
  const parts = pattern.split('/');
  return parts.length === path.length && parts.every((part, at) => part === '*' || part === path[at]);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
