/** All units: narrowed by words and by state. */
import { choice, line } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { standing } from '../people/words.js';
import { isManager } from '../sections.js';

const STATES = /** @type {const} */ (['applied', 'active', 'closed']);

/** @type {import('../types.d.ts').Screen} */
export async function unitsScreen(app) {
  const units = await api.unitList();
  const words = line({ label: t('entries.search'), props: { type: 'search', id: 'search' } });
  const state = choice({ label: t('entries.state'), none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`unitstate.${one}`) })) });
  const count = el('p', { class: 'quiet', role: 'status', id: 'count' });
  const found = el('div', { id: 'found' });
  const draw = () => {
    const text = words.control.value.trim().toLowerCase();
    const wanted = state.value();
    const fitting = units.filter((unit) => (wanted === null || unit.state === wanted) && `${unit.names['zh-CN']} ${unit.names.en} ${unit.id}`.toLowerCase().includes(text));
    count.textContent = t('entries.count', { n: fitting.length, of: units.length });
    show(
      found,
      fitting.length === 0
        ? el('p', { class: 'panel' }, t('entries.none_fits'))
        : table({
            caption: t('section.units'),
            head: [t('unit.name'), t('unit.id'), t('unit.capacities'), t('unit.audiences'), t('entries.state')],
            rows: fitting.map((unit) => [
              el('a', { href: `#units/${unit.id}` }, pick(unit.names)),
              el('span', { class: 'code' }, unit.id),
              unit.capacities.map((one) => t(`capacity.${one}`)).join(t('office.and')) || '—',
              unit.audiences.join(' ') || '—',
              standing('unitstate', unit.state),
            ]),
          }),
    );
  };
  words.control.addEventListener('input', draw);
  state.control.addEventListener('input', draw);
  draw();
  const may = isManager(app.member);
  return {
    title: t('section.units'),
    nodes: [el('div', { class: 'tools' }, words.node, state.node, may ? el('a', { class: 'button primary', href: '#units/new', id: 'new' }, t('unit.enter')) : null), count, found],
    shortcuts: [
      { keys: '/', what: t('keys.search'), run: () => words.control.focus() },
      ...(may ? [{ keys: 'n', what: t('unit.enter'), run: () => app.go('units/new') }] : []),
    ],
  };
}
