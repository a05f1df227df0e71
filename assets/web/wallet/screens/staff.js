/** Whom the wallet has nothing for: a member of a unit. Says who is logged in and what there is for them, and logs out. */
import { rows } from '../../kit/rows.js';
import { t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import { unitName } from '../units.js';

/** @typedef {import('../types.d.ts').Principal} Principal */

/** Roles that have work on a page of today. */
const SCANNING = ['inspector', 'verifier'];

/**
 * @param {import('../types.d.ts').App} app
 * @param {Principal | null} principal null where another page of this browser logged in
 * @returns {import('../types.d.ts').View}
 */
export function staffView(app, principal) {
  app.title(t('staff.title'), false);
  const roles = principal ? rolesOf(principal) : [];
  return {
    nodes: [
      principal ? who(principal, roles) : null,
      el('p', { class: 'panel' }, t('staff.no_wallet')),
      roles.some((role) => SCANNING.includes(role)) ? scanning() : elsewhere(),
      el(
        'div',
        { class: 'buttons' },
        el('button', { class: 'button secondary', type: 'button', onclick: () => app.logout() }, t('staff.logout')),
      ),
    ],
  };
}

/** @param {Principal} principal */
const rolesOf = ({ role, roles }) => roles ?? [role];

/**
 * @param {Principal} principal
 * @param {string[]} roles
 */
function who({ name, login, unit }, roles) {
  const named = roles.map((role) => t(`role.${role}`)).join(t('staff.and'));
  const list = el('dl', { class: 'seen', id: 'staff' });

  /** @param {string | null} unitInWords */
  function draw(unitInWords) {
    /** @type {[string, string][]} */
    const lines = [
      [t('staff.name'), name],
      [t('staff.login'), login],
      [t('staff.role'), named],
    ];
    if (unitInWords) lines.splice(1, 0, [t('staff.unit'), unitInWords]);
    show(list, rows(lines));
  }

  draw(unit);
  // Its code stands there until the name is known, and stays if the catalogue has none.
  if (unit) unitName(unit).then((found) => draw(found ?? unit));
  return el('section', { class: 'panel' }, el('h2', {}, t('staff.who')), list);
}

const scanning = () =>
  el(
    'section',
    { class: 'panel' },
    el('h2', {}, t('staff.can')),
    el('p', {}, t('staff.scanning')),
    el('a', { class: 'button primary', href: '/verify' }, t('staff.verify')),
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
      el('a', { class: 'button secondary', href: '/verify' }, t('staff.verify')),
      el('a', { class: 'button secondary', href: '/api/docs' }, t('staff.docs')),
    ),
  );
