/** The form of a kind of licence: every member that `/kinds` takes. */
import { group, maybe } from '../../kit/composed.js';
import { choice, flag, line, many } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { kindCodeFault } from './codes.js';
import { code, kindLabel, names, owner, whole, word } from './common.js';
import { faceForm, fieldOptions } from './face.js';
import { templateForm } from './template.js';

/** @typedef {import('../types.d.ts').Field} Field */

const HOLDERS = /** @type {const} */ (['natural', 'legal', 'unincorporated']);

/**
 * @param {Partial<import('../types.d.ts').Kind>} body
 * @param {import('./common.js').Context} context
 */
export function kindForm(body, context) {
  const { choices } = context;
  const face = faceForm(body.face);
  /** @type {() => Field[]} */
  const fields = () => face.value().fields;
  const needed = t('form.needed');
  const narrow = t('form.narrow');
  const others = choices.kinds.filter((kind) => kind.code !== body.code && kind.state === 'published');

  const members = {
    code: code(context, { label: t('kind.code'), hint: t('kind.code_hint'), value: body.code, fits: kindCodeFault }),
    names: names(body.names),
    unit: owner(context, body.unit),
    category: line({ label: t('member.category'), hint: t('kind.category_hint'), value: body.category, needed }),
    matter: choice({ label: t('member.matter'), hint: t('kind.matter_hint'), value: body.matter, options: choices.matters, none: t('form.choose'), needed }),
    holder_types: many({ legend: t('member.holder_types'), value: body.holder_types, options: HOLDERS.map((one) => ({ value: one, label: t(`holder.${one}`) })), needed, narrow }),
    units: many({ legend: t('member.units'), value: body.units ?? [context.app.member.unit.id], options: choices.units, needed, narrow }),
    face,
    template: templateForm(body.template, fields),
    validity: validity(body.validity),
    coding: group({
      digits: whole({ label: t('kind.digits'), hint: t('kind.digits_hint'), value: body.coding?.digits ?? 6, needed }),
      per: word({ label: t('member.per'), words: ['unit_year'], word: (one) => t(`coding.${one}`), value: body.coding?.per }),
    }),
    duplicate: many({ legend: t('member.duplicate'), hint: t('kind.duplicate_hint'), value: body.duplicate, options: () => fieldOptions(fields().filter(({ type }) => type !== 'image')), empty: t('kind.no_fields'), narrow }),
    secrecy: word({ label: t('member.secrecy'), hint: t('kind.secrecy_hint'), words: ['none', 'secret'], word: (one) => t(`secrecy.${one}`), value: body.secrecy }),
    sharing: permission(t('kind.sharing'), t('kind.sharing_hint'), body.sharing ?? { allowed: true }),
    public: permission(t('kind.public'), t('kind.public_hint'), body.public ?? { allowed: false }),
    inspection: maybe({
      label: t('kind.inspected'),
      present: Boolean(body.inspection),
      part: group({
        months: whole({ label: t('kind.inspection_months'), value: body.inspection?.months ?? 12, needed }),
        overdue: consequence(t('member.overdue'), body.inspection?.overdue),
      }),
    }),
    lost: consequence(t('member.lost'), body.lost),
    exempt: flag({ label: t('member.exempt'), hint: t('kind.exempt_hint'), value: body.exempt ?? false }),
    assurance: word({ label: t('member.assurance'), words: ['pin', 'real_person'], word: (one) => t(`assurance.${one}`), value: body.assurance }),
    co_issuers: many({ legend: t('member.co_issuers'), hint: t('kind.co_issuers_hint'), value: body.co_issuers, options: choices.units, narrow }),
    parts: many({ legend: t('member.parts'), hint: t('kind.parts_hint'), value: body.parts, options: others.map((kind) => ({ value: kind.code, label: kindLabel(kind) })), empty: t('kind.no_parts'), narrow }),
    national_standard: line({ label: t('member.national_standard'), hint: t('kind.standard_hint'), value: body.national_standard }),
  };
  const nodes = (/** @type {(keyof typeof members)[]} */ ...keys) => keys.map((key) => members[key].node);
  return group(members, {
    nodes: [
      section(t('kind.about'), nodes('code', 'names', 'unit', 'category', 'matter', 'national_standard', 'secrecy')),
      section(t('kind.who'), nodes('holder_types', 'units', 'co_issuers', 'parts')),
      face.node,
      section(t('kind.card'), nodes('template')),
      section(t('kind.life'), nodes('validity', 'coding', 'duplicate', 'inspection', 'lost', 'exempt')),
      section(t('kind.use'), nodes('assurance', 'sharing', 'public')),
    ],
  });
}

/** @param {string} title @param {import('../../shared/dom.js').Children} nodes */
const section = (title, nodes) => el('section', { class: 'panel form' }, el('h2', {}, title), nodes);

/** @param {Partial<import('../types.d.ts').Kind>['validity']} value */
function validity(value) {
  const kind = word({ label: t('kind.validity'), words: ['none', 'fixed', 'free'], word: (one) => t(`validity.${one}`), value: value?.kind });
  const months = whole({ label: t('member.max_months'), hint: t('kind.months_hint'), value: value?.max_months });
  const has = () => kind.control.value !== 'none';
  const draw = () => (months.node.hidden = !has());
  kind.control.addEventListener('input', draw);
  draw();
  return group({ kind, max_months: { ...months, value: () => (has() ? months.value() : null), missing: () => (has() ? months.missing() : []) } });
}

/** @param {string} label @param {string} hint @param {{ allowed: boolean, legal_basis?: string | null }} value */
const permission = (label, hint, value) =>
  group({
    allowed: flag({ label, hint, value: value.allowed }),
    legal_basis: line({ label: t('kind.basis_of', { what: label }), value: value.legal_basis }),
  });

/** @param {string} label @param {string | undefined} value */
const consequence = (label, value) => word({ label, words: ['notice', 'refuse'], word: (one) => t(`consequence.${one}`), value });

/** A kind's names by its code, for lists that name other kinds. @param {readonly import('../types.d.ts').Kind[]} kinds @param {string} of */
export const nameOfKind = (kinds, of) => pick(kinds.find((kind) => kind.code === of)?.names) || of;
