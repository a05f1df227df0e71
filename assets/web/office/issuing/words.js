/** Words and parts for cases, drafts and licences. */
import { group } from '../../kit/composed.js';
import { choice, line } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sign } from '../../shared/shapes.js';
import { numberFault } from '../people/numbers.js';

/** How a licence may stand, from its first draft on. */
export const STATUSES = /** @type {const} */ (['DRAFT', 'PENDING_REVIEW', 'ACTIVE', 'ON_HOLD', 'SEIZED', 'DISABLED', 'REPORTED_LOST', 'SUPERSEDED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED']);

/** Why a licence gets another version. */
export const CHANGES = /** @type {const} */ (['renew', 'change', 'correct', 'reissue']);

/** States that may pass again. */
const PAUSED = new Set(['ON_HOLD', 'SEIZED', 'DISABLED', 'REPORTED_LOST', 'PENDING_REVIEW', 'DRAFT']);

/** A status in the register's word and a sign. @param {string} status @param {string} label */
export function statusBadge(status, label) {
  const drawn = status === 'ACTIVE' ? sign('circle', 'tick') : PAUSED.has(status) ? sign('square', status === 'DRAFT' ? 'dash' : 'pause') : sign('octagon', 'cross');
  return el('span', { class: 'badge' }, drawn, label);
}

/** Documents by which holders are known (GB/T 36903), by the type of holder. @type {Record<string, readonly string[]>} */
const DOCUMENTS = { natural: ['111', '414', '511', '516', '999'], legal: ['001', '099'], unincorporated: ['001', '099'] };

const TYPES = /** @type {const} */ (['natural', 'legal', 'unincorporated']);

/**
 * A holder: type, name, document, number; the number is checked as it is typed.
 *
 * @param {{ legend: string, hint?: string, types?: readonly string[], value?: { type: string, name: string, id_type: string, id_number: string } | null }} options
 */
export function holderPart({ legend, hint, types = TYPES, value }) {
  const type = choice({ label: t('holder.type'), value: value?.type ?? types[0], options: types.map((one) => ({ value: one, label: t(`holder.${one}`) })) });
  const idType = choice({
    label: t('person.id_type'),
    value: value?.id_type ?? null,
    options: () => DOCUMENTS[type.value() ?? 'natural'].map((one) => ({ value: one, label: t(`document.${one}`) })),
  });
  type.control.addEventListener('input', () => {
    // A document of the other type of holder is none that was meant.
    idType.control.value = '';
    idType.refresh();
  });
  return group(
    {
      type,
      name: line({ label: t('holder.name'), value: value?.name, needed: t('form.needed'), props: { maxlength: 100 } }),
      id_type: idType,
      id_number: line({ label: t('person.id_number'), hint: t('person.number_hint'), value: value?.id_number, needed: t('form.needed'), fits: (text) => numberFault(idType.value() ?? '', text), props: { maxlength: 64, spellcheck: 'false', autocapitalize: 'characters' } }),
    },
    { legend, hint },
  );
}

/** A day, typed or picked; sent as YYYYMMDD. @param {{ label: string, hint?: string, value?: string | null, needed?: string }} options */
export function dayPart({ label, hint, value, needed }) {
  const dashed = value && /^\d{8}$/.test(value) ? `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}` : '';
  const part = line({ label, hint, value: dashed, needed, props: { type: 'date', class: 'short', min: '1900-01-01', max: '9999-12-31' } });
  return { ...part, value: () => part.value()?.replaceAll('-', '') || null };
}
