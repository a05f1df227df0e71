/** The form of an inspection matter: which licences are looked at in which scene, and what is asked beside them. */
import { group, list } from '../../kit/composed.js';
import { choice, line, many } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { matterCodeFault } from './codes.js';
import { code, kindLabel, listWords, names, owner } from './common.js';

/** One thing that is asked. @param {string | null} item @returns {import('../../kit/parts.js').Part<string>} */
function asked(item) {
  const part = line({ label: t('inspection.ask_one'), value: item, needed: t('form.needed') });
  return { ...part, value: () => part.value() ?? '' };
}

/**
 * @param {Partial<import('../types.d.ts').InspectionMatter>} body
 * @param {import('./common.js').Context} context
 */
export function inspectionMatterForm(body, context) {
  const { kinds, scenes } = context.choices;
  const needed = t('form.needed');
  const scene = choice({
    label: t('member.scene'),
    hint: t('inspection.scene_hint'),
    value: body.scene,
    options: scenes.filter(({ state }) => state === 'published').map((one) => ({ value: one.code, label: t('form.with_code', { what: pick(one.names), code: one.code }) })),
    none: t('form.choose'),
    needed,
  });
  /** The kinds that the scene shows. */
  const shown = () => {
    const codes = scenes.find((one) => one.code === scene.control.value)?.kinds.map((one) => one.code) ?? [];
    return kinds.filter((kind) => codes.includes(kind.code)).map((kind) => ({ value: kind.code, label: kindLabel(kind) }));
  };
  const looked = many({ legend: t('inspection.kinds'), hint: t('inspection.kinds_hint'), value: body.kinds, options: shown, empty: t('inspection.choose_scene'), needed, narrow: t('form.narrow') });
  scene.control.addEventListener('input', () => looked.refresh());
  const members = {
    code: code(context, { label: t('matter.code'), hint: t('inspection.code_hint'), value: body.code, fits: matterCodeFault }),
    names: names(body.names),
    unit: owner(context, body.unit),
    scene,
    kinds: looked,
    ask: list({
      legend: t('inspection.ask'),
      hint: t('inspection.ask_hint'),
      items: body.ask ?? [],
      make: asked,
      words: listWords(t('inspection.ask_one')),
    }),
  };
  return group(members, { nodes: el('section', { class: 'panel form' }, Object.values(members).map(({ node }) => node)) });
}
