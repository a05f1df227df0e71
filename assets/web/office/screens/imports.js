/** Imports of one's own unit: what was sent, and sending a file, with the template to be filled in. */
import { group } from '../../kit/composed.js';
import { filePart } from '../../kit/file.js';
import { choice, flag } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { kindLabel } from '../catalogue/common.js';
import { nameOfKind } from '../catalogue/kind.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Kind} Kind
 * @typedef {import('../types.d.ts').Schemas['Import']} Import
 */

const TYPES = /** @type {const} */ (['licences', 'acts', 'inspections']);
const MODES = /** @type {const} */ (['bulk', 'stock', 'offline', 'exempt']);

/** @type {import('../types.d.ts').Screen} */
export async function importsScreen(app) {
  const [kinds, imports] = await Promise.all([api.entries('kinds'), api.imports()]);
  const sends = app.member.roles.includes('issuer_maker');
  const own = /** @type {Kind[]} */ (kinds).filter((kind) => kind.state === 'published' && kind.units.includes(app.member.unit.id));
  return {
    title: t('section.imports'),
    nodes: [
      sends ? sending(app, own) : el('p', { class: 'quiet' }, t('import.checker')),
      el('section', { class: 'group', 'aria-labelledby': 'imports-sent' }, el('h2', { id: 'imports-sent' }, t('import.sent')), imports.length === 0 ? el('p', { class: 'panel' }, t('import.none')) : listed(imports, kinds)),
    ],
  };
}

/** @param {App} app @param {Kind[]} kinds */
function sending(app, kinds) {
  const type = choice({ label: t('import.type'), value: 'licences', options: TYPES.map((one) => ({ value: one, label: t(`importtype.${one}`) })) });
  const kind = choice({ label: t('scene.kind'), none: t('form.choose'), needed: t('form.needed'), options: kinds.map((one) => ({ value: one.code, label: kindLabel(one) })) });
  const mode = choice({ label: t('draft.mode'), value: 'bulk', options: MODES.map((one) => ({ value: one, label: t(`casemode.${one}`) })) });
  const template = el('a', { class: 'button', id: 'template', download: '' }, t('import.template'));
  const templates = el('p', { id: 'templates' }, template, ' ', el('span', { class: 'hint' }, t('import.template_hint')));
  const file = filePart({ label: t('import.file'), hint: t('import.file_hint'), accept: '.xlsx,.csv', needed: t('form.needed') });
  const draw = () => {
    mode.node.hidden = type.value() !== 'licences';
    templates.hidden = kind.value() === null;
    template.setAttribute('href', `/api/v1/kinds/${encodeURIComponent(kind.value() ?? '')}/template.xlsx?type=${type.value()}`);
  };
  for (const { control } of [type, kind]) control.addEventListener('input', draw);
  draw();
  const part = group({
    type,
    kind,
    mode: { ...mode, value: () => (type.value() === 'licences' ? mode.value() : null) },
    file: { ...file, node: el('div', {}, templates, file.node) },
    dry_run: flag({ label: t('import.dry_run'), hint: t('import.dry_run_hint') }),
  });
  const keyFor = keyOnce();
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('import.send'),
    back: 'home',
    async send({ file, ...fields }) {
      const sent = Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
      const taken = await api.sendImport(file, sent, keyFor(`${JSON.stringify(sent)} ${file.name} ${file.size} ${file.lastModified}`));
      app.go(`imports/${taken.id}`, t(taken.known ? 'import.known' : 'import.taken'));
    },
  });
  return el('section', { class: 'panel form', 'aria-labelledby': 'import-new' }, el('h2', { id: 'import-new' }, t('import.new')), nodes);
}

/** @param {Import[]} imports @param {Kind[]} kinds */
function listed(imports, kinds) {
  return table({
    caption: t('section.imports'),
    head: [t('import.file'), t('import.type'), t('scene.kind'), t('entries.state'), t('import.rows'), t('import.failed'), t('import.when')],
    rows: imports.map((one) => [
      el('a', { href: `#imports/${one.id}` }, one.file || one.id),
      pick(one.type_label),
      one.kind ? nameOfKind(kinds, one.kind) : '—',
      el('span', { class: 'badge' }, pick(one.state_label)),
      String(one.rows),
      String(one.failed),
      moment(one.created_at, false),
    ]),
  });
}
