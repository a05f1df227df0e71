/** A licence as a unit got it: its number, status, fields, whether it holds, and for whom it was given. */
import { rows } from '../kit/rows.js';
import { day, pick, t } from '../page/i18n.js';
import { el } from '../shared/dom.js';

/** @param {import('./types.d.ts').Schemas['FetchedLicence']} one */
export function fetched(one) {
  return el(
    'article',
    { class: 'fetched' },
    el('p', { class: 'state-line' }, el('span', { class: 'code' }, one.identifier), el('span', { class: 'badge' }, pick(one.status_label))),
    el('dl', { class: 'facts' }, rows([...one.fields.map(({ label, value }) => /** @type {[string, string]} */ ([pick(label), value])), [t('fill.unit'), pick(one.unit_names)], [t('fill.valid'), one.valid_to ? day(one.valid_to) : t('fill.for_long')]])),
    one.withheld ? el('p', { class: 'fault' }, pick(one.withheld)) : null,
    el('p', { class: 'watermark' }, pick(one.watermark)),
  );
}
