/** All entries of a sort: narrowed by words and by state. */
import { choice, line } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOf, stateBadge, unitName } from '../catalogue/words.js';
import { writesEntries } from '../sections.js';

/** @typedef {import('../types.d.ts').Sort} Sort */

const STATES = /** @type {const} */ (['draft', 'submitted', 'published', 'disabled']);

/** @type {import('../types.d.ts').Screen} */
export async function entriesScreen(app, [sort]) {
  const entries = await api.entries(/** @type {Sort} */ (sort));
  // A unit has one using list: where it is there, it is edited.
  const may = writesEntries(app.member) && !(sort === 'using-lists' && entries.some(({ unit }) => unit === app.member.unit.id));
  const words = line({ label: t('entries.search'), props: { type: 'search', id: 'search' } });
  const state = choice({ label: t('entries.state'), none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`state.${one}`) })) });
  const count = el('p', { class: 'quiet', role: 'status', id: 'count' });
  const found = el('div', { id: 'found' });
  const draw = () => {
    const text = words.control.value.trim().toLowerCase();
    const wanted = state.value();
    const fitting = entries.filter(
      (entry) => (wanted === null || entry.state === wanted) && `${entry.names ? `${entry.names['zh-CN']} ${entry.names.en}` : nameOf(app, entry)} ${entry.code}`.toLowerCase().includes(text),
    );
    count.textContent = t('entries.count', { n: fitting.length, of: entries.length });
    show(found, fitting.length > 0 ? listed(fitting) : el('p', { class: 'panel' }, t(entries.length > 0 ? 'entries.none_fits' : may ? 'entries.none_write' : 'entries.none')));
  };
  words.control.addEventListener('input', draw);
  state.control.addEventListener('input', draw);
  draw();

  /** @param {any[]} fitting */
  function listed(fitting) {
    return table({
      caption: t(`section.${sort}`),
      head: [t('entries.name'), t('entries.code'), t('entries.unit'), t('entries.version'), t('entries.state')],
      rows: fitting.map((entry) => [
        el('a', { href: `#${sort}/${encodeURIComponent(entry.code)}` }, nameOf(app, entry)),
        el('span', { class: 'code' }, entry.code),
        unitName(app, entry.unit),
        String(entry.version),
        stateBadge(entry.state),
      ]),
    });
  }

  return {
    title: t(`section.${sort}`),
    nodes: [
      el('div', { class: 'tools' }, words.node, state.node, may ? el('a', { class: 'button primary', href: `#${sort}/new`, id: 'new' }, t(`new.${sort}`)) : null),
      count,
      found,
    ],
    shortcuts: [
      { keys: '/', what: t('keys.search'), run: () => words.control.focus() },
      ...(may ? [{ keys: 'n', what: t(`new.${sort}`), run: () => app.go(`${sort}/new`) }] : []),
    ],
  };
}
