/** One comparison: what is missing here, what is too much, what differs, each with a way on; and the whole as a file. */
import { choice } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { day, moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { COUNTS, FOUND } from '../issuing/reconciling.js';
import { pagedList } from '../paged.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Difference']} Difference
 */

/** @type {import('../types.d.ts').Screen} */
export async function reconciliationScreen(app, [, id]) {
  const [one, kinds] = await Promise.all([api.reconciliation(id, {}), api.entries('kinds')]);
  const differ = FOUND.some((found) => one[found] > 0);
  const found = choice({ label: t('reconcile.found'), none: t('entries.any'), options: FOUND.map((what) => ({ value: what, label: t('reconcile.n', { what: t(`found.${what}`), n: one[what] }) })) });
  const list = pagedList({
    app,
    read: async (cursor) => {
      const { differences, next } = await api.reconciliation(id, { found: found.value(), cursor });
      return { items: differences, next };
    },
    none: t(differ ? 'reconcile.none_fits' : 'reconcile.all_same'),
    draw: (/** @type {Difference[]} */ items) =>
      table({
        caption: t('reconcile.differences'),
        head: [t('issued.number'), t('reconcile.found'), t('reconcile.theirs'), t('reconcile.ours'), t('reconcile.on')],
        rows: items.map((difference) => [
          el('span', { class: 'code' }, difference.identifier),
          el('span', { class: 'badge' }, pick(difference.found_label)),
          valueOf(difference.member, difference.theirs),
          valueOf(difference.member, difference.ours),
          wayOn(app, one.kind, difference),
        ]),
      }),
  });
  found.control.addEventListener('input', list.again);
  await list.first();
  return {
    title: nameOfKind(kinds, one.kind),
    back: '#reconciliations',
    nodes: [
      el('section', { class: 'panel' },
        el('p', { id: 'outcome', role: 'status' }, t(differ ? 'reconcile.differs' : 'reconcile.all_same')),
        el('dl', { class: 'facts', id: 'counts' }, rows([[t('reconcile.at'), moment(one.at, false)], [t('reconcile.rows'), String(one.rows)], ...COUNTS.map((count) => /** @type {[string, string]} */ ([t(`found.${count}`), String(one[count])]))])),
        differ ? el('div', { class: 'buttons' }, el('a', { class: 'button', id: 'download', href: `/api/v1/reconciliations/${encodeURIComponent(id)}/differences.csv`, download: '' }, t('reconcile.download'))) : null,
      ),
      differ ? el('div', { class: 'tools' }, found.node) : null,
      differ ? list.node : null,
    ],
  };
}

/** A value of either side, in words where it has some. @param {string | null | undefined} member @param {string | null | undefined} value */
function valueOf(member, value) {
  if (!member || !value) return '—';
  const words = { status: () => statusWords(value), valid_to: () => (value === 'long-term' ? day(null) : day(value)), digest: () => el('span', { class: 'code' }, value.slice(0, 12)) };
  const told = words[/** @type {keyof typeof words} */ (member)]?.() ?? value;
  return [t(`differs.${member}`), ' ', told];
}

/** A list may say a status that is none of ours. @param {string} status */
function statusWords(status) {
  const key = `licencestate.${status}`;
  const word = t(key);
  return word === key ? status : word;
}

/**
 * What is not here is made here; what is here is looked at, and mended.
 *
 * @param {App} app
 * @param {string} kind
 * @param {Difference} difference
 */
function wayOn(app, kind, { found, licence, identifier }) {
  const named = (/** @type {string} */ what) => ({ 'aria-label': t('form.fault_at', { where: identifier, what }) });
  if (licence) return el('a', { href: `#licences/${licence}`, ...named(t(found === 'extra' ? 'reconcile.check' : 'reconcile.mend')) }, t(found === 'extra' ? 'reconcile.check' : 'reconcile.mend'));
  return app.member.roles.includes('issuer_maker')
    ? el('a', { href: `#draft/new/${kind}`, ...named(t('reconcile.make')) }, t('reconcile.make'))
    : t('reconcile.ask_maker');
}
