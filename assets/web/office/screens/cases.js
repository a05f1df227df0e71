/** Cases of one's own unit: what is owed and overdue first seen. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { opensCases } from '../sections.js';

/** @typedef {import('../types.d.ts').Schemas['Case']} Case */

/** @type {import('../types.d.ts').Screen} */
export async function casesScreen(app) {
  const cases = await api.cases();
  const states = [...new Map(cases.map(({ state, state_label: label }) => [state, pick(label)]))];
  const state = choice({ label: t('entries.state'), none: t('entries.any'), options: [{ value: 'overdue', label: t('case.overdue') }, ...states.map(([value, label]) => ({ value, label }))] });
  const found = el('div', { id: 'found' });
  const draw = () => {
    const wanted = state.value();
    const fitting = cases.filter((one) => wanted === null || (wanted === 'overdue' ? one.overdue : one.state === wanted));
    show(found, fitting.length === 0 ? el('p', { class: 'panel' }, t('case.none')) : listed(fitting));
  };
  state.control.addEventListener('input', draw);
  draw();
  const may = opensCases(app.member);
  return {
    title: t('section.cases'),
    nodes: [el('div', { class: 'tools' }, state.node, may ? el('a', { class: 'button primary', href: '#cases/new', id: 'new' }, t('case.open')) : null), found],
    shortcuts: may ? [{ keys: 'n', what: t('case.open'), run: () => app.go('cases/new') }] : [],
  };
}

/** @param {Case[]} cases */
const listed = (cases) =>
  table({
    caption: t('section.cases'),
    head: [t('case.number'), t('member.type'), t('case.matter'), t('entries.state'), t('case.due')],
    rows: cases.map((one) => [
      el('a', { href: `#cases/${one.id}` }, one.number),
      t(`mattertype.${one.type}`),
      one.matter,
      el('span', { class: 'badge' }, pick(one.state_label)),
      one.due_at ? [moment(one.due_at, false), one.overdue ? [' ', el('strong', { class: 'fault' }, t('case.overdue'))] : null, one.provisional ? t('case.provisional') : null] : '—',
    ]),
  });
