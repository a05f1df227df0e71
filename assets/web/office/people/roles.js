/** The roles of an account, each with its last day. */
import { flag, grouped, line } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';

/**
 * @typedef {import('../types.d.ts').Role} Role
 * @typedef {{ role: Role, until: string | null }} Wish
 */

/** Roles that a unit's administrator gives, by the capacity that carries them. @type {Record<string, readonly Role[]>} */
const BY_CAPACITY = { issuing: ['issuer_maker', 'issuer_checker'], using: ['handler', 'inspector'], social: ['verifier'] };

/** @type {readonly Role[]} */
const PLATFORM = ['manager', 'operator', 'auditor'];

/**
 * The roles that may be given here: a unit's administrator gives what his unit's capacities carry, the manager the
 * administrator and, in the platform's own unit, the platform's roles.
 *
 * @param {import('../types.d.ts').Member} giver
 * @param {{ id: string, capacities: readonly string[] }} unit
 * @returns {Role[]}
 */
export function givable(giver, unit) {
  /** @type {Role[]} */
  const roles = [];
  if (giver.roles.includes('unit_admin') && giver.unit.id === unit.id) roles.push(...unit.capacities.flatMap((one) => BY_CAPACITY[one] ?? []));
  if (giver.roles.includes('manager')) roles.push('unit_admin', ...(giver.unit.id === unit.id ? PLATFORM : []));
  return roles;
}

/**
 * The part for all roles of an account: those that may be given here are ticked or not, the others stay.
 *
 * @param {readonly Role[]} roles
 * @param {readonly { role: Role, until?: string | null }[]} held
 * @returns {import('../../kit/parts.js').Part<Wish[]>}
 */
export function rolesPart(roles, held) {
  const rows = roles.map((role) => {
    const has = held.find((one) => one.role === role);
    const asked = flag({ label: t(`role.${role}`), value: has !== undefined, hint: PLATFORM.includes(role) ? t('people.by_two') : undefined });
    const until = line({ label: t('people.until_of', { role: t(`role.${role}`) }), hint: t('people.until_hint'), value: has?.until, fits: (text) => (/^\d{8}$/.test(text) ? '' : t('fault.day')), props: { inputmode: 'numeric', maxlength: 8, class: 'short' } });
    const draw = () => (until.node.hidden = !asked.control.checked);
    asked.control.addEventListener('input', draw);
    draw();
    return { role, asked, until, node: el('div', { class: 'seen-field' }, asked.node, until.node) };
  });
  const kept = held.filter(({ role }) => !roles.includes(role)).map(({ role, until }) => ({ role, until: until ?? null }));
  const { node, place } = grouped(t('people.roles'), t('people.roles_hint'), [
    rows.map((row) => row.node),
    kept.length > 0 ? el('p', { class: 'hint' }, t('people.kept_roles', { roles: kept.map(({ role }) => t(`role.${role}`)).join(t('office.and')) })) : null,
  ]);
  const ticked = () => rows.filter((row) => row.asked.control.checked);
  return {
    node,
    value: () => [...ticked().map(({ role, until }) => ({ role, until: until.value() })), ...kept],
    place: ([at, member]) => (member === 'until' && ticked()[Number(at)]?.until.place([])) || place,
    missing: () => ticked().flatMap(({ until }) => until.missing()),
    refresh: () => undefined,
  };
}
