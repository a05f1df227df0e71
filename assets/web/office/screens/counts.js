/** The register in figures, for managers and auditors: how many licences of each kind stand how, of one unit or of all. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { pick, t } from '../../page/i18n.js';
import { el, show, svg } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { unitName } from '../catalogue/words.js';
import { STATUSES } from '../issuing/words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Kind} Kind
 * @typedef {import('../types.d.ts').Schemas['LicenceCount']} Count
 */

/** @type {import('../types.d.ts').Screen} */
export async function countsScreen(app) {
  const [{ counts }, kinds] = await Promise.all([api.licences({ limit: '1' }), api.entries('kinds')]);
  const all = counts ?? [];
  const units = [...new Set(all.map(({ unit }) => unit))].map((value) => ({ value, label: unitName(app, value) }));
  const unit = choice({ label: t('issued.unit'), none: t('counts.all_units'), options: units });
  const found = el('div', { id: 'found', class: 'group' });
  const draw = () => {
    const wanted = unit.value();
    const fitting = all.filter((one) => wanted === null || one.unit === wanted);
    show(found, fitting.length === 0 ? el('p', { class: 'panel' }, t('counts.none')) : counted(fitting, kinds));
  };
  unit.control.addEventListener('input', draw);
  draw();
  return { title: t('section.counts'), nodes: [el('p', { class: 'quiet' }, t('counts.what')), units.length > 1 ? el('div', { class: 'tools' }, unit.node) : null, found] };
}

/**
 * A row for each kind, the most first; a column for each status that some licence has.
 *
 * @param {Count[]} counts
 * @param {Kind[]} kinds
 */
function counted(counts, kinds) {
  const labels = new Map(counts.map(({ status, status_label: label }) => [status, pick(label)]));
  const place = (/** @type {string} */ status) => STATUSES.findIndex((one) => one === status);
  const statuses = [...labels.keys()].sort((one, other) => place(one) - place(other));
  const sum = (/** @type {Count[]} */ some) => some.reduce((before, { count }) => before + count, 0);
  const codes = [...new Set(counts.map(({ kind }) => kind))];
  const ofKind = codes.map((kind) => ({ kind, some: counts.filter((one) => one.kind === kind) }));
  const rows = ofKind.map((one) => ({ ...one, total: sum(one.some) })).sort((one, other) => other.total - one.total);
  const cells = (/** @type {Count[]} */ some) => statuses.map((status) => String(sum(some.filter((one) => one.status === status))));
  return [
    el('p', { id: 'total', role: 'status' }, t('counts.total', { n: sum(counts), kinds: rows.length })),
    table({
      caption: t('section.counts'),
      id: 'counts',
      head: [t('scene.kind'), ...statuses.map((status) => labels.get(status) ?? status), t('counts.sum')],
      rows: [
        ...rows.map(({ kind, some, total }) => [nameOfKind(kinds, kind), ...cells(some), [String(total), bar(total, rows[0].total)]]),
        [t('counts.sum'), ...cells(counts), String(sum(counts))],
      ],
    }),
  ];
}

/** How much of the most it is; the number beside it says the same. @param {number} n @param {number} most */
const bar = (n, most) =>
  svg('svg', { viewBox: '0 0 100 6', class: 'count-bar', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    svg('rect', { x: 0, y: 0, width: Math.max(1, Math.round((100 * n) / Math.max(1, most))), height: 6 }));
