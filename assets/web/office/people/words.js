/** Words and parts for units and accounts. */
import { group } from '../../kit/composed.js';
import { choice, line, many } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sign } from '../../shared/shapes.js';
import { names } from '../catalogue/common.js';
import { numberFault } from './numbers.js';

/**
 * @typedef {import('../types.d.ts').Schemas} Schemas
 * @typedef {Schemas['UnitEntry']} Unit
 */

/** @type {Record<string, [import('../../shared/shapes.js').Outline, import('../../shared/shapes.js').Mark]>} */
const SIGNS = { applied: ['circle', 'again'], active: ['circle', 'tick'], closed: ['octagon', 'cross'], disabled: ['octagon', 'cross'] };

/** Where a unit or an account stands, in a word and a sign. @param {'unitstate' | 'memberstate'} family @param {string} state */
export const standing = (family, state) =>
  el('span', { class: 'badge' }, sign(...(SIGNS[state] ?? ['square', 'dash'])), family === 'unitstate' ? t(`unitstate.${state}`) : t(`memberstate.${state}`));

const CAPACITIES = /** @type {const} */ (['issuing', 'using', 'social']);

/** What of a unit the manager writes. @param {Partial<Unit>} unit */
export const unitParts = (unit) => ({
  names: names(unit.names, t('unit.name')),
  regions: words(t('unit.regions'), t('unit.regions_hint'), unit.regions, t('form.needed'), /^\d{6}$/, t('fault.region')),
  capacities: many({ legend: t('unit.capacities'), value: unit.capacities, options: CAPACITIES.map((one) => ({ value: one, label: t(`capacity.${one}`) })), narrow: t('form.narrow') }),
  audiences: words(t('unit.audiences'), t('unit.audiences_hint'), unit.audiences, undefined, /^[a-z0-9._-]{1,32}$/, t('fault.scene_code')),
  contact: contactPart(unit.contact),
});

/** Who is responsible. @param {Schemas['Contact'] | null | undefined} contact */
export const contactPart = (contact) =>
  group(
    {
      office: line({ label: t('unit.office'), value: contact?.office, needed: t('form.needed'), props: { maxlength: 100 } }),
      person: line({ label: t('unit.person'), value: contact?.person, needed: t('form.needed'), props: { maxlength: 50 } }),
      phone: line({ label: t('unit.phone'), value: contact?.phone, needed: t('form.needed'), props: { maxlength: 30, inputmode: 'tel' } }),
      email: line({ label: t('unit.email'), hint: t('unit.email_hint'), value: contact?.email, props: { maxlength: 254, inputmode: 'email', autocapitalize: 'none', spellcheck: 'false' } }),
    },
    { legend: t('unit.contact'), hint: t('unit.contact_hint') },
  );

/** Documents by which a person is known (GB/T 36903 types of holders). */
const DOCUMENTS = /** @type {const} */ (['111', '414', '511', '516', '999']);

/** A person: name, document, number; the number is checked as it is typed. @param {{ legend: string, hint?: string }} options */
export function personPart({ legend, hint }) {
  const needed = t('form.needed');
  const idType = choice({ label: t('person.id_type'), value: '111', options: DOCUMENTS.map((one) => ({ value: one, label: t(`document.${one}`) })) });
  return group(
    {
      name: line({ label: t('person.name'), needed, props: { maxlength: 50 } }),
      id_type: idType,
      id_number: line({ label: t('person.id_number'), hint: t('person.number_hint'), needed, fits: (text) => numberFault(idType.value() ?? '', text), props: { maxlength: 64, spellcheck: 'false', autocapitalize: 'characters' } }),
    },
    { legend, hint },
  );
}

/**
 * Several words on one line, with blanks between them.
 *
 * @param {string} label
 * @param {string} hint
 * @param {string[] | undefined} value
 * @param {string | undefined} needed
 * @param {RegExp} each what one of them looks like
 * @param {string} wrong
 */
function words(label, hint, value, needed, each, wrong) {
  const split = (/** @type {string | null} */ text) => (text ?? '').split(/[\s,，、]+/).filter(Boolean);
  const part = line({ label, hint, value: value?.join(' '), needed, fits: (text) => (split(text).every((one) => each.test(one)) ? '' : wrong), props: { spellcheck: 'false', autocapitalize: 'none' } });
  return { ...part, value: () => split(part.value()) };
}
