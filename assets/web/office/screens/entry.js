/** One entry: what it says, what may be done with it, its versions and what differs between two of them. */
import { busy } from '../../kit/busy.js';
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { actName, actsFor, doAct } from '../catalogue/acts.js';
import { cardPreview } from '../catalogue/preview.js';
import { summary } from '../catalogue/summary.js';
import { memberWords, nameOf, stateBadge } from '../catalogue/words.js';
import { writesEntries } from '../sections.js';

/**
 * @typedef {import('../types.d.ts').Sort} Sort
 * @typedef {import('../types.d.ts').Schemas['EntryVersion']} EntryVersion
 */

/** @type {import('../types.d.ts').Screen} */
export async function entryScreen(app, path) {
  const sort = /** @type {Sort} */ (path[0]);
  const code = path[1];
  const [entry, { items: versions }, kinds, matters] = await Promise.all([
    api.entry(sort, code),
    api.versions(sort, code),
    sort === 'matters' ? [] : api.entries('kinds'),
    sort === 'using-lists' ? api.entries('matters') : [],
  ]);
  const edits = writesEntries(app.member) && entry.unit === app.member.unit.id && entry.state !== 'submitted';
  const editPath = `${sort}/${encodeURIComponent(code)}/edit`;
  const acts = actsFor(app, entry);
  return {
    title: nameOf(app, entry),
    back: `#${sort}`,
    nodes: [
      el('p', { class: 'state-line' }, stateBadge(entry.state), t('entry.version', { n: entry.version })),
      entry.state === 'submitted' ? el('p', { class: 'notice', id: 'two-persons' }, t('entry.two_persons')) : null,
      el(
        'div',
        { class: 'buttons', id: 'acts' },
        edits ? el('a', { class: 'button primary', href: `#${editPath}`, id: 'edit' }, t(entry.state === 'draft' ? 'entry.edit' : 'entry.edit_new')) : null,
        acts.map((act) => el('button', { type: 'button', class: act === 'disable' ? 'button grave' : 'button', id: `act-${act}`, onclick: () => doAct(app, sort, entry, act) }, actName(app, act))),
      ),
      el('section', { class: 'panel' }, el('h2', {}, t('entry.content')), sort === 'kinds' ? cardPreview(entry) : null, summary(app, sort, entry, { kinds, matters })),
      versionsPanel(sort, code, versions),
    ],
    shortcuts: edits ? [{ keys: 'e', what: t('entry.edit'), run: () => app.go(editPath) }] : [],
  };
}

/** @param {Sort} sort @param {string} code @param {EntryVersion[]} versions oldest first */
function versionsPanel(sort, code, versions) {
  return el(
    'section',
    { class: 'panel', id: 'versions' },
    el('h2', {}, t('entry.versions')),
    table({
      caption: t('entry.versions'),
      head: [t('entries.version'), t('entries.state'), t('entry.written'), t('entry.in_force')],
      rows: versions.toReversed().map(({ version, state, written_at: written, published_at: since, disabled_at: until }) => [
        String(version),
        stateBadge(state),
        moment(written, false),
        since === null ? '—' : until === null ? t('entry.since', { time: moment(since, false) }) : t('entry.until', { time: moment(since, false), until: moment(until, false) }),
      ]),
    }),
    versions.length > 1 ? differencePart(sort, code, versions) : el('p', { class: 'hint' }, t('entry.one_version')),
  );
}

/** @param {Sort} sort @param {string} code @param {EntryVersion[]} versions */
function differencePart(sort, code, versions) {
  const options = versions.map(({ version, state }) => ({ value: String(version), label: `${t('entry.version', { n: version })} ${t(`state.${state}`)}` }));
  const first = choice({ label: t('entry.from'), value: options[options.length - 2].value, options });
  const second = choice({ label: t('entry.to'), value: options[options.length - 1].value, options });
  const found = el('div', { id: 'difference', role: 'status' });
  /** @type {HTMLButtonElement} */
  const button = el('button', { type: 'button', class: 'button', id: 'compare', onclick: () => busy(button, compare) }, t('entry.compare'));

  async function compare() {
    try {
      const { items } = await api.difference(sort, code, Number(first.value()), Number(second.value()));
      show(found, items.length === 0 ? el('p', {}, t('entry.same')) : differenceTable(items));
    } catch (error) {
      show(found, el('p', { class: 'notice problem' }, wordsFor(error)));
    }
  }

  return el('div', { class: 'form' }, el('h3', {}, t('entry.difference')), el('div', { class: 'columns' }, first.node, second.node), el('div', { class: 'buttons' }, button), found);
}

/** @param {import('../types.d.ts').Schemas['EntryDifference'][]} items */
const differenceTable = (items) =>
  table({
    caption: t('entry.difference'),
    head: [t('entry.member'), t('entry.before'), t('entry.after')],
    rows: items.map(({ pointer, before, after }) => [memberWords(pointer), told('del', before), told('ins', after)]),
  });

/** A value as text; what is not there is said so. @param {'del' | 'ins'} tag @param {unknown} value */
function told(tag, value) {
  if (value === null || value === undefined) return t('form.none');
  return el(tag, { class: 'changed' }, typeof value === 'string' ? value : JSON.stringify(value, null, 1));
}
