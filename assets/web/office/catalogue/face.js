/** The face of a kind: its fields, in their order. */
import { group, list } from '../../kit/composed.js';
import { choice, flag, line } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { fieldKeyFault } from './codes.js';
import { listWords, MASKS, names, whole, word } from './common.js';

/** @typedef {import('../types.d.ts').Field} Field */

export const FIELD_TYPES = /** @type {const} */ (['text', 'date', 'integer', 'decimal', 'uscc', 'citizen_id', 'choice', 'image']);

/** Fields whose value can be the holder's name, or number. */
const NAMING = ['text'];
const NUMBERING = ['text', 'uscc', 'citizen_id'];

/**
 * @param {Partial<import('../types.d.ts').Kind>['face']} face
 */
export function faceForm(face) {
  const fields = list({
    legend: t('face.fields'),
    hint: t('face.fields_hint'),
    items: face?.fields ?? [],
    make: fieldForm,
    words: listWords(t('face.field')),
  });
  const named = (/** @type {string[]} */ types) => () =>
    fieldOptions(/** @type {Field[]} */ (fields.value()).filter((field) => field.required && types.includes(field.type)));
  return group(
    {
      fields,
      holder_name: choice({ label: t('member.holder_name'), hint: t('face.holder_name_hint'), value: face?.holder_name, none: t('form.none'), options: named(NAMING) }),
      holder_number: choice({ label: t('member.holder_number'), hint: t('face.holder_number_hint'), value: face?.holder_number, none: t('form.none'), options: named(NUMBERING) }),
    },
    { legend: t('member.face'), hint: t('face.hint') },
  );
}

/** Fields to choose among, as people know them. @param {readonly Field[]} fields */
export const fieldOptions = (fields) =>
  fields.filter(({ key }) => key !== '').map(({ key, labels }) => ({ value: key, label: pick(labels) ? t('form.with_code', { what: pick(labels), code: key }) : key }));

/** @param {Field | null} field */
function fieldForm(field) {
  const type = word({ label: t('member.type'), words: FIELD_TYPES, word: (one) => t(`type.${one}`), value: field?.type });
  const choices = list({
    legend: t('face.choices'),
    items: field?.choices ?? [],
    make: (one) =>
      group({
        code: line({ label: t('face.choice_code'), value: one?.code, needed: t('form.needed') }),
        names: names(one?.names),
      }),
    words: listWords(t('face.choice')),
  });
  const isChoice = () => type.control.value === 'choice';
  const draw = () => (choices.node.hidden = !isChoice());
  type.control.addEventListener('input', draw);
  draw();
  const members = {
    key: line({ label: t('face.key'), hint: t('face.key_hint'), value: field?.key, needed: t('form.needed'), fits: fieldKeyFault, props: { spellcheck: 'false', autocapitalize: 'none', class: 'short' } }),
    labels: names(field?.labels, t('face.label')),
    type,
    required: flag({ label: t('member.required'), value: field?.required ?? false }),
    max: whole({ label: t('member.max'), hint: t('face.max_hint'), value: field?.max }),
    choices: { ...choices, value: () => (isChoice() ? choices.value() : []), missing: () => (isChoice() ? choices.missing() : []) },
    mask: word({ label: t('member.mask'), hint: t('face.mask_hint'), words: MASKS, word: (one) => t(`mask.${one}`), value: field?.mask }),
    personal: flag({ label: t('member.personal'), hint: t('face.personal_hint'), value: field?.personal ?? false }),
    public: flag({ label: t('member.public'), value: field?.public ?? false }),
  };
  const { key, labels, required, max, mask, personal, public: open } = members;
  return group(members, {
    nodes: [
      el('div', { class: 'columns' }, key.node, type.node, max.node, mask.node),
      labels.node,
      el('div', { class: 'flags' }, required.node, personal.node, open.node),
      choices.node,
    ],
  });
}
