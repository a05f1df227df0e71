/** The form of a using list: the unit's matters, and in each the licences it needs, field by field. */
import { group, list } from '../../kit/composed.js';
import { choice, line, many } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { matterCodeFault } from './codes.js';
import { kindLabel, listWords, owner, word } from './common.js';

/**
 * @typedef {import('../types.d.ts').Schemas['UsingMatter']} UsingMatter
 * @typedef {import('../types.d.ts').Schemas['Material']} Material
 * @typedef {import('../types.d.ts').Kind} Kind
 */

export const FOOTINGS = /** @type {const} */ (['duty', 'authorised', 'public']);

/**
 * @param {Partial<import('../types.d.ts').UsingList>} body
 * @param {import('./common.js').Context} context
 */
export function usingListForm(body, context) {
  const { choices } = context;
  const kinds = choices.kinds.filter((kind) => kind.state === 'published');
  const members = {
    unit: owner(context, body.unit),
    matters: list({
      legend: t('usinglist.matters'),
      hint: t('usinglist.matters_hint'),
      items: body.matters ?? [],
      make: (/** @type {UsingMatter | null} */ item) => matter(item, kinds, choices.matters),
      words: listWords(t('usinglist.matter')),
    }),
  };
  return group(members, { nodes: [el('section', { class: 'panel form' }, members.unit.node), members.matters.node] });
}

/** @param {UsingMatter | null} item @param {readonly Kind[]} kinds @param {{ value: string, label: string }[]} matters */
function matter(item, kinds, matters) {
  const needed = t('form.needed');
  return group({
    code: choice({ label: t('usinglist.matter'), hint: t('usinglist.matter_hint'), value: item?.code, options: matters, none: t('form.choose'), needed }),
    purpose: line({ label: t('usinglist.purpose'), hint: t('usinglist.purpose_hint'), value: item?.purpose, needed, fits: matterCodeFault, props: { spellcheck: 'false', autocapitalize: 'none' } }),
    materials: list({
      legend: t('member.materials'),
      hint: t('usinglist.materials_hint'),
      items: item?.materials ?? [],
      make: (/** @type {Material | null} */ one) => material(one, kinds),
      words: listWords(t('usinglist.material')),
    }),
  });
}

/** @param {Material | null} item @param {readonly Kind[]} kinds */
function material(item, kinds) {
  const needed = t('form.needed');
  const kind = choice({ label: t('scene.kind'), value: item?.kind, options: kinds.map((one) => ({ value: one.code, label: kindLabel(one) })), none: t('form.choose'), needed });
  const known = () => {
    const fields = kinds.find((one) => one.code === kind.control.value)?.face.fields ?? [];
    return fields.filter(({ type }) => type !== 'image').map(({ key, labels }) => ({ value: key, label: pick(labels) || key }));
  };
  const fields = many({ legend: t('usinglist.fields'), hint: t('usinglist.fields_hint'), value: item?.fields, options: known, empty: t('scene.choose_kind'), needed, narrow: t('form.narrow') });
  kind.control.addEventListener('input', () => fields.refresh());
  return group({
    kind,
    fields,
    footing: word({ label: t('member.footing'), hint: t('usinglist.footing_hint'), words: FOOTINGS, word: (one) => t(`materialfooting.${one}`), value: item?.footing ?? 'authorised' }),
  });
}
