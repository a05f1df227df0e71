/** The form of a scene: who asks to see which fields of which kinds. */
import { group, list } from '../../kit/composed.js';
import { choice, freshId, grouped, line, many } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sceneCodeFault } from './codes.js';
import { code, kindLabel, listWords, MASKS, names, owner, whole, word } from './common.js';

/**
 * @typedef {import('../types.d.ts').Schemas['SceneKind']} SceneKind
 * @typedef {import('../types.d.ts').Schemas['SceneField']} SceneField
 * @typedef {import('../types.d.ts').Kind} Kind
 */

const PROFILES = /** @type {const} */ (['S', 'H', 'H+nonce']);

/**
 * @param {Partial<import('../types.d.ts').Scene>} body
 * @param {import('./common.js').Context} context
 */
export function sceneForm(body, context) {
  const kinds = context.choices.kinds.filter((kind) => kind.state === 'published');
  const needed = t('form.needed');
  const members = {
    code: code(context, { label: t('scene.code'), hint: t('scene.code_hint'), value: body.code, fits: sceneCodeFault }),
    names: names(body.names),
    unit: owner(context, body.unit),
    audience: line({ label: t('member.audience'), hint: t('scene.audience_hint'), value: body.audience, needed, fits: sceneCodeFault, props: { spellcheck: 'false', autocapitalize: 'none' } }),
    purpose: line({ label: t('member.purpose'), hint: t('scene.purpose_hint'), value: body.purpose }),
    medium: word({ label: t('member.medium'), words: ['screen', 'paper'], word: (one) => t(`medium.${one}`), value: body.medium }),
    profiles: many({ legend: t('member.profiles'), hint: t('scene.profiles_hint'), value: body.profiles ?? ['S'], options: PROFILES.map((one) => ({ value: one, label: t(`profile.${one === 'H+nonce' ? 'nonce' : one}`) })), needed, narrow: t('form.narrow') }),
    lifetime: whole({ label: t('member.lifetime'), hint: t('scene.lifetime_hint'), value: body.lifetime ?? 60, needed }),
    max_status_age: whole({ label: t('member.max_status_age'), hint: t('scene.max_status_age_hint'), value: body.max_status_age ?? 86400, needed }),
    assurance: word({ label: t('member.assurance'), words: ['pin', 'real_person'], word: (one) => t(`assurance.${one}`), value: body.assurance }),
    kinds: list({
      legend: t('scene.kinds'),
      hint: t('scene.kinds_hint'),
      items: body.kinds ?? [],
      make: (item) => sceneKind(item, kinds),
      words: listWords(t('scene.kind')),
    }),
  };
  const nodes = (/** @type {(keyof typeof members)[]} */ ...keys) => keys.map((key) => members[key].node);
  return group(members, {
    nodes: [
      el('section', { class: 'panel form' }, el('h2', {}, t('scene.about')), nodes('code', 'names', 'unit', 'audience', 'purpose')),
      members.kinds.node,
      el('section', { class: 'panel form' }, el('h2', {}, t('scene.how')), nodes('medium', 'profiles', 'lifetime', 'max_status_age', 'assurance')),
    ],
  });
}

/**
 * A kind, and of its fields those that are seen, each with what is hidden of it.
 *
 * @param {SceneKind | null} item
 * @param {readonly Kind[]} kinds
 */
function sceneKind(item, kinds) {
  const kind = choice({
    label: t('scene.kind'),
    value: item?.code,
    options: kinds.map((one) => ({ value: one.code, label: kindLabel(one) })),
    none: t('form.choose'),
    needed: t('form.needed'),
  });
  const holder = el('div', { class: 'seen-fields' });
  const frame = grouped(t('scene.fields'), t('scene.fields_hint'), [holder]);
  let fields = seenFields(item?.code ?? '', item?.fields ?? []);
  holder.append(...fields.nodes);
  kind.control.addEventListener('input', () => {
    fields = seenFields(kind.control.value, []);
    holder.replaceChildren(...fields.nodes);
  });

  /** @param {string} of @param {readonly SceneField[]} seen */
  function seenFields(of, seen) {
    const known = kinds.find((one) => one.code === of)?.face.fields.filter(({ type }) => type !== 'image') ?? [];
    const rows = known.map((field) => fieldRow(field, seen.find(({ key }) => key === field.key)));
    // A field that the kind has lost since stays where it is seen, so that the server can say so.
    const lost = seen.filter(({ key }) => !known.some((field) => field.key === key));
    return { nodes: rows.length > 0 ? rows.map(({ node }) => node) : [el('p', { class: 'hint' }, t('scene.choose_kind'))], rows, lost };
  }

  /** @type {import('../../kit/parts.js').Part<SceneField[]>} */
  const part = {
    node: frame.node,
    value: () => [...fields.rows.filter((row) => row.isSeen()).map((row) => row.value()), ...fields.lost],
    // The server counts the fields that were sent: the ticked ones.
    place: ([at, ...rest]) => (at !== undefined && fields.rows.filter((row) => row.isSeen())[Number(at)]?.place(rest)) || frame.place,
    missing: () => [],
    refresh: () => undefined,
  };
  return group({ code: kind, fields: part });
}

/** @param {import('../types.d.ts').Field} field @param {SceneField | undefined} seen */
function fieldRow(field, seen) {
  const label = pick(field.labels) || field.key;
  const box = el('input', { type: 'checkbox', id: freshId(), checked: seen !== undefined });
  const fault = el('p', { class: 'fault', hidden: true });
  const mask = choice({
    label: t('scene.mask_of', { what: label }),
    value: seen?.mask,
    none: t('scene.mask_as_kind', { mask: t(`mask.${field.mask ?? 'none'}`) }),
    options: MASKS.map((one) => ({ value: one, label: t(`mask.${one}`) })),
  });
  const draw = () => (mask.node.hidden = !box.checked);
  box.addEventListener('input', draw);
  draw();
  /** @type {import('../../kit/parts.js').Place} */
  const place = {
    label,
    tell(words) {
      fault.hidden = words === '';
      fault.textContent = words;
    },
    focus: () => box.focus(),
  };
  return {
    node: el('div', { class: 'seen-field' }, el('label', { class: 'box', for: box.id }, box, label), mask.node, fault),
    isSeen: () => box.checked,
    value: () => /** @type {SceneField} */ ({ key: field.key, mask: mask.value() }),
    place: (/** @type {string[]} */ [member]) => (member === 'mask' ? mask.place([]) : place),
  };
}
