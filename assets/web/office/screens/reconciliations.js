/** The list of one's own business system beside what is here: a file is sent, and what was compared before. */
import { group } from '../../kit/composed.js';
import { filePart } from '../../kit/file.js';
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { kindLabel } from '../catalogue/common.js';
import { nameOfKind } from '../catalogue/kind.js';
import { memberWords } from '../catalogue/words.js';
import { COUNTS } from '../issuing/reconciling.js';
import { keyOnce } from '../once.js';
import { pagedList } from '../paged.js';
import { sendingForm } from '../sending.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Kind} Kind
 * @typedef {import('../types.d.ts').Schemas['Reconciliation']} Reconciliation
 */

/** @type {import('../types.d.ts').Screen} */
export async function reconciliationsScreen(app) {
  const kinds = /** @type {Kind[]} */ (await api.entries('kinds'));
  const list = pagedList({
    app,
    read: api.reconciliations,
    none: t('reconcile.none'),
    draw: (/** @type {Reconciliation[]} */ items) =>
      table({
        caption: t('reconcile.before'),
        head: [t('scene.kind'), t('reconcile.at'), t('reconcile.rows'), ...COUNTS.map((count) => t(`found.${count}`))],
        rows: items.map((one) => [el('a', { href: `#reconciliations/${one.id}` }, nameOfKind(kinds, one.kind)), moment(one.at, false), String(one.rows), ...COUNTS.map((count) => String(one[count]))]),
      }),
  });
  await list.first();
  return {
    title: t('section.reconciliations'),
    nodes: [sending(app, kinds), el('section', { class: 'group', 'aria-labelledby': 'compared' }, el('h2', { id: 'compared' }, t('reconcile.before')), list.node)],
  };
}

/** @param {App} app @param {Kind[]} kinds */
function sending(app, kinds) {
  const own = kinds.filter((kind) => kind.units.includes(app.member.unit.id) && kind.state !== 'draft');
  const file = filePart({ label: t('import.file'), hint: t('reconcile.file_hint'), accept: '.csv,text/csv', needed: t('form.needed') });
  const fields = group({
    kind: choice({ label: t('scene.kind'), none: t('form.choose'), needed: t('form.needed'), options: own.map((one) => ({ value: one.code, label: kindLabel(one) })) }),
    file,
  });
  // The rows are the file's.
  const part = { ...fields, place: (/** @type {string[]} */ path) => (path[0] === 'rows' ? file.place([]) : fields.place(path)) };
  const keyFor = keyOnce();
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('reconcile.send'),
    back: 'home',
    underWay: t('reconcile.comparing'),
    where: lineWords,
    async send({ kind, file: { name, size, lastModified }, file: list }) {
      const compared = await api.reconcile(kind, list, keyFor(`${kind} ${name} ${size} ${lastModified}`));
      app.go(`reconciliations/${compared.id}`);
    },
  });
  return el('section', { class: 'panel form', 'aria-labelledby': 'compare' }, el('h2', { id: 'compare' }, t('reconcile.new')), el('p', { class: 'quiet' }, t('reconcile.what')), nodes);
}

/** Where a fault is: rows as spreadsheets count them, below the line of names. @param {string} pointer */
function lineWords(pointer) {
  const row = /^\/rows\/(\d+)/.exec(pointer);
  return row ? t('reconcile.line', { n: Number(row[1]) + 2 }) : memberWords(pointer);
}
