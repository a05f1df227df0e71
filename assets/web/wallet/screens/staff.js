/** Whom the wallet has nothing for: a member of a unit. Says who is logged in and what there is for them, and logs out. */
import { rows } from '../../kit/rows.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';

/** @typedef {import('../types.d.ts').Member} Member */

/** Roles whose first work is to look at other people's licences. */
const SCANNING = ['inspector', 'verifier'];

/**
 * @param {import('../types.d.ts').App} app
 * @param {Member | null} member null where the server did not say
 * @returns {import('../types.d.ts').View}
 */
export function staffView(app, member) {
  app.title(t('staff.title'), false);
  const roles = member?.roles ?? [];
  return {
    nodes: [
      member ? who(member) : null,
      member?.factorNeeded ? factorNeeded() : null,
      el('p', { class: 'panel' }, t('staff.no_wallet')),
      roles.some((role) => SCANNING.includes(role)) ? scanning() : elsewhere(),
      el(
        'div',
        { class: 'buttons' },
        el('a', { class: 'button secondary', href: '#account' }, t('account.open')),
        el('button', { class: 'button secondary', type: 'button', onclick: () => app.logout() }, t('staff.logout')),
      ),
    ],
  };
}

const factorNeeded = () =>
  el(
    'section',
    { class: 'panel', id: 'factor-needed' },
    el('p', {}, t('account.factor_needed')),
    el('a', { class: 'button primary', href: '#account' }, t('account.totp_begin')),
  );

/** @param {Member} member */
function who({ name, login, unit, roles }) {
  /** @type {[string, string][]} */
  const lines = [
    [t('staff.name'), name],
    [t('staff.login'), login],
    [t('staff.role'), roles.map((role) => t(`role.${role}`)).join(t('staff.and'))],
  ];
  if (unit) lines.splice(1, 0, [t('staff.unit'), unit]);
  return el('section', { class: 'panel' }, el('h2', {}, t('staff.who')), el('dl', { class: 'seen', id: 'staff' }, rows(lines)));
}

const scanning = () =>
  el(
    'section',
    { class: 'panel' },
    el('h2', {}, t('staff.can')),
    el('p', {}, t('staff.scanning')),
    el(
      'div',
      { class: 'buttons' },
      el('a', { class: 'button primary', href: '/verify' }, t('staff.verify')),
      el('a', { class: 'button secondary', href: '/office' }, t('staff.office')),
    ),
  );

const elsewhere = () =>
  el(
    'section',
    { class: 'panel' },
    el('h2', {}, t('staff.can')),
    el('p', {}, t('staff.elsewhere')),
    el(
      'div',
      { class: 'buttons' },
      el('a', { class: 'button primary', href: '/office' }, t('staff.office')),
      el('a', { class: 'button secondary', href: '/verify' }, t('staff.verify')),
    ),
  );
