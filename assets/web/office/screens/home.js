/** The first screen: what waits for this person, and where the work is. */
import { isProblem } from '../../page/client.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOf, stateBadge } from '../catalogue/words.js';
import { keptBy } from '../kept.js';
import { proposalName } from '../proposals.js';
import { decides, isManager, sectionsFor, SORTS, worksAtCounter, writesEntries } from '../sections.js';

/** @typedef {import('../types.d.ts').App} App */

/** @type {import('../types.d.ts').Screen} */
export async function homeScreen(app) {
  const { member } = app;
  const waiting = (await Promise.all([entriesWaiting(app), proposalsWaiting(app), recoveriesWaiting(app)])).flat();
  const kept = keptBy(member.account.id);
  return {
    title: t('home.welcome', { name: member.account.name }),
    nodes: [
      el(
        'section',
        { class: 'panel', id: 'waiting' },
        el('h2', {}, t('home.waiting', { n: waiting.length })),
        waiting.length === 0
          ? el('p', { class: 'hint' }, t('home.nothing'))
          : el('ul', { class: 'todo' }, waiting.map(({ href, words, badge }) => el('li', {}, el('a', { href }, words), ' ', badge))),
      ),
      kept.length === 0
        ? null
        : el(
            'section',
            { class: 'panel', id: 'unsaved' },
            el('h2', {}, t('home.unsaved')),
            el('ul', { class: 'todo' }, kept.map((what) => el('li', {}, el('a', { href: `#${pathOf(what)}` }, ...wordsOf(what))))),
          ),
      el(
        'nav',
        { class: 'doors', 'aria-label': t('home.sections') },
        sectionsFor(member.roles)
          .filter(({ path }) => path !== 'home')
          .map(({ path }) => el('a', { class: 'door', href: `#${path}` }, el('span', { class: 'door-name' }, t(`section.${path}`)), el('span', {}, t(`about.${path}`)))),
      ),
    ],
  };
}

/**
 * Something that waits for this person, and the way to it.
 *
 * @typedef {{ href: string, words: string, badge: HTMLElement }} Waiting
 */

/** Entries of the catalogue that this person can move on: a unit's drafts, what is submitted to the manager. @param {App} app @returns {Promise<Waiting[]>} */
async function entriesWaiting(app) {
  const { member } = app;
  const state = isManager(member) ? 'submitted' : writesEntries(member) ? 'draft' : null;
  if (state === null) return [];
  const lists = await Promise.all(SORTS.map(async (sort) => (await unlessForbidden(api.entries(sort))).map((entry) => ({ sort, entry }))));
  const found = lists.flat().filter(({ entry }) => entry.state === state && (isManager(member) || entry.unit === member.unit.id));
  return found.map(({ sort, entry }) => ({ href: `#${sort}/${encodeURIComponent(entry.code)}`, words: `${t(`sort.${sort}`)} ${nameOf(app, entry)}`, badge: stateBadge(entry.state) }));
}

/** What another person proposed and this one may confirm. @param {App} app @returns {Promise<Waiting[]>} */
async function proposalsWaiting({ member }) {
  if (!decides(member)) return [];
  const open = await unlessForbidden(api.proposals('open'));
  return open.filter(({ confirmable }) => confirmable).map((proposal) => ({ href: '#proposals', words: proposalName(proposal), badge: el('span', { class: 'badge' }, pick(proposal.state_label)) }));
}

/** Accounts whose restoring another person of the counter began, and this one may agree to. @param {App} app @returns {Promise<Waiting[]>} */
async function recoveriesWaiting({ member }) {
  if (!worksAtCounter(member)) return [];
  const found = await api.recoveries();
  return found
    .filter(({ state, own }) => state === 'asked' && !own)
    .map(({ name, login, state_label: label }) => ({ href: `#recoveries/new/${encodeURIComponent(login)}`, words: t('act.of', { act: t('section.recoveries'), what: name }), badge: el('span', { class: 'badge' }, pick(label)) }));
}

/** A role without one list still has its other work. @template T @param {Promise<T[]>} asked @returns {Promise<T[]>} */
async function unlessForbidden(asked) {
  try {
    return await asked;
  } catch (error) {
    if (isProblem(error, 403)) return [];
    throw error;
  }
}

/** The address of a form that was kept as `sort.code`. @param {string} what */
function pathOf(what) {
  const [sort, code] = parted(what);
  return code === 'new' ? `${sort}/new` : `${sort}/${encodeURIComponent(code)}/edit`;
}

/** @param {string} what */
function wordsOf(what) {
  const [sort, code] = parted(what);
  return code === 'new' ? [t(`new.${sort}`)] : [t(`sort.${sort}`), ' ', code];
}

/** @param {string} what */
const parted = (what) => [what.slice(0, what.indexOf('.')), what.slice(what.indexOf('.') + 1)];
