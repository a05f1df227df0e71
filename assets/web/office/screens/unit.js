/** One unit: who it is and what it may do, its people, and what the manager does with it. */
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { day, moment, pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { unitName } from '../catalogue/words.js';
import { reasonForm } from '../people/looking.js';
import { standing } from '../people/words.js';
import { audits, isManager, managesAccounts, worksAtCounter } from '../sections.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['UnitEntry']} Unit
 */

/** What the manager does in one step; another unit's taking over has a form of its own. @type {Record<string, readonly ('approve' | 'refuse' | 'close')[]>} */
const ACTS = { applied: ['approve', 'refuse'], active: ['close'], closed: [] };

/** @type {import('../types.d.ts').Screen} */
export async function unitScreen(app, [, id]) {
  const unit = await api.unit(id);
  const accounts = managesAccounts(app.member, id) ? await api.accounts(id) : null;
  const may = isManager(app.member);
  const own = app.member.unit.id === id && app.member.roles.includes('unit_admin');
  return {
    title: pick(unit.names),
    back: '#units',
    nodes: [
      el('p', { class: 'state-line' }, standing('unitstate', unit.state), el('span', { class: 'code' }, unit.id)),
      el(
        'div',
        { class: 'buttons', id: 'acts' },
        (may || own) && unit.state !== 'closed' ? el('a', { class: 'button primary', href: `#units/${id}/edit`, id: 'edit' }, t(may ? 'unit.edit' : 'unit.edit_contact')) : null,
        unit.recovers && app.member.unit.id === id && worksAtCounter(app.member) ? el('a', { class: 'button', href: '#recoveries', id: 'recoveries' }, t('section.recoveries')) : null,
        may && unit.state === 'active' ? el('a', { class: 'button', href: `#units/${id}/succeed`, id: 'succeed' }, t('unitact.succeed')) : null,
        may ? ACTS[unit.state].map((act) => el('button', { type: 'button', class: act === 'close' || act === 'refuse' ? 'button grave' : 'button', id: `act-${act}`, onclick: () => doAct(app, unit, act) }, t(`unitact.${act}`))) : null,
      ),
      el('section', { class: 'panel' }, el('h2', {}, t('entry.content')), el('dl', { class: 'facts' }, rows(factsOf(app, unit)))),
      accounts === null ? (audits(app.member) ? lookingPanel(unit) : null) : people(unit, accounts, true),
    ],
    shortcuts: [],
  };
}

/** @param {App} app @param {Unit} unit @returns {[string, string][]} */
function factsOf(app, unit) {
  /** @type {[string, string][]} */
  const found = [
    [t('unit.name'), `${unit.names['zh-CN']} · ${unit.names.en}`],
    [t('unit.regions'), unit.regions.join(' ')],
    [t('unit.capacities'), unit.capacities.map((one) => t(`capacity.${one}`)).join(t('office.and')) || t('form.none')],
    [t('unit.audiences'), unit.audiences.join(' ') || t('form.none')],
    [t('unit.contact'), unit.contact ? [unit.contact.office, unit.contact.person, unit.contact.phone, unit.contact.email].filter(Boolean).join(' · ') : t('form.none')],
  ];
  if (unit.parent) found.push([t('unit.parent'), unitName(app, unit.parent)]);
  if (unit.recovers) found.push([t('unit.counter'), t('unit.recovers')]);
  if (unit.successor) found.push([t('unit.successor'), unitName(app, unit.successor)]);
  if (unit.ends_on) found.push([t('unit.ends_on'), day(unit.ends_on)]);
  if (unit.succession) found.push([t('unit.succession'), heirsOf(app, unit.succession)]);
  return found;
}

/** Who takes what over. @param {App} app @param {import('../types.d.ts').Schemas['Succession']} succession */
function heirsOf(app, { to, split }) {
  const parts = (split ?? []).map((part) => t('succession.part_goes', { what: part.region ?? (part.kinds ?? []).join(' '), to: unitName(app, part.to) }));
  return [...parts, t('succession.rest_goes', { to: unitName(app, to) })].join(t('office.and'));
}

/** An auditor says why before anybody is told. @param {Unit} unit */
function lookingPanel(unit) {
  const found = el('div', { id: 'looked' });
  const form = reasonForm(async (reason) => show(found, people(unit, await api.accounts(unit.id, reason), false, reason)));
  return el('section', { class: 'panel', id: 'looking' }, el('h2', {}, t('people.look')), form, found);
}

/** @param {Unit} unit @param {import('../types.d.ts').Schemas['Account'][]} accounts @param {boolean} may @param {string} [reason] */
function people(unit, accounts, may, reason = '') {
  return el(
    'section',
    { class: 'panel', id: 'people' },
    el('h2', {}, t('unit.people', { n: accounts.length })),
    may && unit.state === 'active' ? el('div', { class: 'buttons' }, el('a', { class: 'button', href: `#units/${unit.id}/accounts/new`, id: 'new-account' }, t('people.enter'))) : null,
    accounts.length === 0
      ? el('p', { class: 'hint' }, t('unit.no_people'))
      : table({
          caption: t('unit.people', { n: accounts.length }),
          head: [t('people.name'), t('enter.name'), t('people.roles'), t('people.seen'), t('entries.state')],
          rows: accounts.map((account) => [
            el('a', { href: `#accounts/${account.id}${reason ? `/${encodeURIComponent(reason)}` : ''}` }, account.name),
            account.login,
            account.roles.map(({ role }) => t(`role.${role}`)).join(t('office.and')) || t('form.none'),
            moment(account.seen_at, false),
            standing('memberstate', account.state),
          ]),
        }),
  );
}

/** @param {App} app @param {Unit} unit @param {'approve' | 'refuse' | 'close'} act */
async function doAct(app, unit, act) {
  const approves = act === 'approve';
  const done = await askAct(
    { act: t(`unitact.${act}`), what: pick(unit.names), effect: t(`uniteffect.${act}`), grave: !approves, reason: approves ? 'none' : 'needed' },
    (reason) => api.actOnUnit(unit.id, act, reason, unit.etag),
  );
  if (done) app.again(t('act.done', { act: t(`unitact.${act}`), state: t(`unitstate.${done.state}`) }));
}
