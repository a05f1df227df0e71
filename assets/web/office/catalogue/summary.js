/** What an entry says, to be read: names and values, member by member. */
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { pick, span, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { nameOfKind } from './kind.js';
import { unitName } from './words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {[label: string, value: string]} Line
 * @typedef {import('../types.d.ts').Schemas['UsingMatter']} UsingMatter
 */

/**
 * @param {App} app
 * @param {import('../types.d.ts').Sort} sort
 * @param {any} entry
 * @param {{ kinds: import('../types.d.ts').Kind[], matters: import('../types.d.ts').Matter[] }} known for the names of what it names
 */
export function summary(app, sort, entry, { kinds, matters }) {
  const lines = [...common(app, entry), ...OWN[sort](app, entry, kinds)];
  return [
    el('dl', { class: 'facts' }, rows(lines)),
    sort === 'kinds' ? faceTable(entry.face) : null,
    sort === 'scenes' ? seenTable(entry, kinds) : null,
    sort === 'using-lists' ? entry.matters.map((/** @type {UsingMatter} */ one) => materialsTable(one, kinds, matters)) : null,
  ];
}

/** @param {App} app @param {any} entry @returns {Line[]} */
const common = (app, { code, names, unit }) => [
  [t('entries.code'), code],
  .../** @type {Line[]} */ (
    names
      ? [
          [t('form.in_chinese', { what: t('member.names') }), names['zh-CN']],
          [t('form.in_english', { what: t('member.names') }), names.en],
        ]
      : []
  ),
  [t('member.unit'), unitName(app, unit)],
];

const yes = (/** @type {boolean} */ is) => t(is ? 'form.yes' : 'form.no');
const joined = (/** @type {string[]} */ all) => all.join(t('office.and')) || t('form.none');

/** @type {Record<import('../types.d.ts').Sort, (app: App, entry: any, kinds: import('../types.d.ts').Kind[]) => Line[]>} */
const OWN = {
  matters: (_app, { type, system }) => [
    [t('member.type'), t(`mattertype.${type}`)],
    [t('member.system'), system ?? t('form.none')],
  ],
  kinds: (app, kind, kinds) => [
    [t('member.category'), kind.category],
    [t('member.matter'), kind.matter],
    [t('member.holder_types'), joined(kind.holder_types.map((/** @type {string} */ one) => t(`holder.${one}`)))],
    [t('member.units'), joined(kind.units.map((/** @type {string} */ one) => unitName(app, one)))],
    ...(kind.co_issuers.length > 0 ? [/** @type {Line} */ ([t('member.co_issuers'), joined(kind.co_issuers.map((/** @type {string} */ one) => unitName(app, one)))])] : []),
    ...(kind.parts.length > 0 ? [/** @type {Line} */ ([t('member.parts'), joined(kind.parts.map((/** @type {string} */ one) => nameOfKind(kinds, one)))])] : []),
    [t('kind.validity'), kind.validity.kind === 'none' ? t('validity.none') : `${t(`validity.${kind.validity.kind}`)}${kind.validity.max_months ? ` · ${t('kind.n_months', { n: kind.validity.max_months })}` : ''}`],
    [t('kind.inspected'), kind.inspection ? `${t('kind.n_months', { n: kind.inspection.months })} · ${t('form.fault_at', { where: t('member.overdue'), what: t(`consequence.${kind.inspection.overdue}`) })}` : t('form.no')],
    [t('member.lost'), t(`consequence.${kind.lost}`)],
    [t('member.assurance'), t(`assurance.${kind.assurance}`)],
    [t('kind.sharing'), `${yes(kind.sharing.allowed)}${kind.sharing.legal_basis ? ` · ${kind.sharing.legal_basis}` : ''}`],
    [t('kind.public'), `${yes(kind.public.allowed)}${kind.public.legal_basis ? ` · ${kind.public.legal_basis}` : ''}`],
    [t('member.exempt'), yes(kind.exempt)],
  ],
  scenes: (_app, scene) => [
    [t('member.audience'), scene.audience],
    [t('member.purpose'), scene.purpose ?? t('form.none')],
    [t('member.medium'), t(`medium.${scene.medium}`)],
    [t('member.profiles'), joined(scene.profiles)],
    [t('member.lifetime'), span(scene.lifetime)],
    [t('member.max_status_age'), span(scene.max_status_age)],
    [t('member.assurance'), t(`assurance.${scene.assurance}`)],
  ],
  'inspection-matters': (_app, { scene, kinds: looked, ask }, kinds) => [
    [t('member.scene'), scene],
    [t('inspection.kinds'), joined(looked.map((/** @type {string} */ one) => nameOfKind(kinds, one)))],
    [t('inspection.ask'), joined(ask ?? [])],
  ],
  'using-lists': () => [],
};

/** @param {{ fields: import('../types.d.ts').Field[], holder_name?: string | null, holder_number?: string | null }} face */
const faceTable = ({ fields, holder_name: named, holder_number: numbered }) =>
  table({
    caption: t('member.face'),
    head: [t('face.label'), t('face.key'), t('member.type'), t('member.max'), t('member.mask'), t('face.marks')],
    rows: fields.map((field) => [
      pick(field.labels),
      el('span', { class: 'code' }, field.key),
      t(`type.${field.type}`),
      field.max ? String(field.max) : '—',
      t(`mask.${field.mask ?? 'none'}`),
      [
        field.required ? t('member.required') : null,
        field.personal ? t('member.personal') : null,
        field.public ? t('member.public') : null,
        field.key === named ? t('member.holder_name') : null,
        field.key === numbered ? t('member.holder_number') : null,
      ].filter(Boolean).join(t('office.and')) || '—',
    ]),
  });

/** @param {import('../types.d.ts').Scene} scene @param {import('../types.d.ts').Kind[]} kinds */
const seenTable = (scene, kinds) =>
  table({
    caption: t('scene.kinds'),
    head: [t('scene.kind'), t('scene.fields')],
    rows: scene.kinds.map(({ code, fields }) => {
      const known = kinds.find((kind) => kind.code === code)?.face.fields ?? [];
      const seen = fields.map(({ key, mask }) => {
        const field = known.find((one) => one.key === key);
        const hidden = mask ?? field?.mask ?? 'none';
        return hidden === 'none' ? pick(field?.labels) || key : t('scene.masked', { what: pick(field?.labels) || key, mask: t(`mask.${hidden}`) });
      });
      return [nameOfKind(kinds, code), joined(seen)];
    }),
  });

/** @param {UsingMatter} listed @param {import('../types.d.ts').Kind[]} kinds @param {import('../types.d.ts').Matter[]} matters */
function materialsTable({ code, purpose, materials }, kinds, matters) {
  const name = pick(matters.find((matter) => matter.code === code)?.names) || code;
  return el(
    'section',
    {},
    el('h3', {}, t('usinglist.for', { matter: name, purpose })),
    table({
      caption: name,
      head: [t('scene.kind'), t('usinglist.fields'), t('member.footing')],
      rows: materials.map(({ kind, fields, footing }) => {
        const known = kinds.find((one) => one.code === kind)?.face.fields ?? [];
        const labels = fields.map((key) => pick(known.find((field) => field.key === key)?.labels) || key);
        return [nameOfKind(kinds, kind), joined(labels), t(`materialfooting.${footing}`)];
      }),
    }),
  );
}
