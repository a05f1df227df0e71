/** One account: its roles and their ends, whether the person works, and every right with what gives it. */
import { group } from '../../kit/composed.js';
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { day, moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { unitName } from '../catalogue/words.js';
import { givable, rolesPart } from '../people/roles.js';
import { standing } from '../people/words.js';
import { managesAccounts } from '../sections.js';
import { sendingForm } from '../sending.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Account']} Account
 */

/** @type {import('../types.d.ts').Screen} */
export async function accountScreen(app, [, id, reason = '']) {
  const account = await api.account(id, reason);
  const unit = await api.unit(account.unit);
  const roles = managesAccounts(app.member, account.unit) && account.id !== app.member.account.id ? givable(app.member, unit) : [];
  const back = `units/${account.unit}`;
  const form = sendingForm({
    app,
    part: group({ roles: rolesPart(roles, account.roles) }, {}),
    agree: t('people.save_roles'),
    back,
    async send({ roles: wanted }) {
      const saved = await api.changeAccount(id, { roles: wanted }, account.etag);
      app.again(t(saved.proposals?.length ? 'people.proposed' : 'form.saved'));
    },
  });
  return {
    title: account.name,
    back: `#${back}`,
    nodes: [
      el('p', { class: 'state-line' }, standing('memberstate', account.state), account.login),
      el('section', { class: 'panel' }, el('dl', { class: 'facts' }, rows([
        [t('member.unit'), unitName(app, account.unit)],
        [t('people.seen'), moment(account.seen_at, false)],
        [t('people.roles'), account.roles.map(({ role, until }) => (until ? t('people.role_until', { role: t(`role.${role}`), day: day(until) }) : t(`role.${role}`))).join(t('office.and')) || t('form.none')],
        ...(account.must_change_password ? [/** @type {[string, string]} */ ([t('enter.password'), t('people.first_not_changed')])] : []),
      ]))),
      account.id === app.member.account.id ? el('p', { class: 'notice' }, t('people.own')) : null,
      roles.length > 0 ? [el('section', { class: 'panel form' }, form.nodes), el('div', { class: 'buttons' }, stateButton(app, account))] : null,
      rightsPanel(id, reason),
    ],
  };
}

/** @param {App} app @param {Account} account */
function stateButton(app, account) {
  const disables = account.state === 'active';
  const name = t(disables ? 'people.disable' : 'people.enable');
  return el('button', { type: 'button', class: disables ? 'button grave' : 'button', id: 'act-state', onclick: change }, name);

  async function change() {
    const done = await askAct(
      { act: name, what: account.name, effect: t(disables ? 'people.disable_effect' : 'people.enable_effect'), grave: disables, reason: disables ? 'needed' : 'none' },
      (reason) => api.changeAccount(account.id, { state: disables ? 'disabled' : 'active', ...(reason === null ? {} : { reason }) }, account.etag),
    );
    if (done) app.again(t('form.saved'));
  }
}

/** What gives a right: a role, an agency, or that it is one's own. @param {import('../types.d.ts').Schemas['Source']} source */
function sourceOf({ role, level, until }) {
  const what = role ? t(`role.${role}`) : level ? t('people.as_agent', { level: t(`agencylevel.${level}`) }) : t('people.own_right');
  return until ? t('people.role_until', { role: what, day: day(until) }) : what;
}

/** Every right and where it comes from, asked for only when somebody wants to see it. @param {string} id @param {string} reason */
function rightsPanel(id, reason) {
  const found = el('div', { id: 'rights' });
  const details = el('details', { class: 'panel', ontoggle: open }, el('summary', { class: 'summary' }, t('people.rights')), found);
  let asked = false;
  return details;

  async function open() {
    if (asked || !details.open) return;
    asked = true;
    try {
      const rights = await api.effective(id, reason);
      show(found, table({
        caption: t('people.rights'),
        head: [t('people.right'), t('people.within'), t('people.from')],
        rows: rights.map((right) => [
          pick(right.summary),
          t(`within.${right.within}`),
          right.from.map(sourceOf).join(t('office.and')),
        ]),
      }));
    } catch (error) {
      asked = false;
      show(found, el('p', { class: 'notice problem' }, wordsFor(error)));
    }
  }
}
