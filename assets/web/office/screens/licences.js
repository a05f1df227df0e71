/** Licences and drafts of one's own unit: by kind, by status, by identifier; never by a person. */
import { choice, line } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { day, moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { kindLabel } from '../catalogue/common.js';
import { nameOfKind } from '../catalogue/kind.js';
import { STATUSES, statusBadge } from '../issuing/words.js';
import { pagedList } from '../paged.js';

/**
 * @typedef {import('../types.d.ts').Schemas['ListedLicence']} Listed
 * @typedef {import('../types.d.ts').Kind} Kind
 */

/** Addresses: `licences`, `review` for what waits for a checker. @type {import('../types.d.ts').Screen} */
export async function licencesScreen(app, [section]) {
  const reviews = section === 'review';
  const kinds = /** @type {Kind[]} */ (await api.entries('kinds'));
  const kind = choice({ label: t('scene.kind'), none: t('entries.any'), options: kinds.map((one) => ({ value: one.code, label: kindLabel(one) })) });
  const status = choice({ label: t('entries.state'), none: t('entries.any'), options: STATUSES.map((one) => ({ value: one, label: t(`licencestate.${one}`) })) });
  const wanted = line({ label: t('issued.find'), hint: t('issued.find_hint'), props: { type: 'search', id: 'search', spellcheck: 'false' } });
  const list = pagedList({
    app,
    read: (cursor) => api.licences({ kind: kind.value(), status: reviews ? 'PENDING_REVIEW' : status.value(), q: wanted.value(), cursor }),
    none: t('issued.none'),
    draw: (/** @type {Listed[]} */ items) => listed(items, kinds),
  });
  for (const { control } of [kind, status]) control.addEventListener('input', list.again);
  wanted.control.addEventListener('change', list.again);
  await list.first();
  const writes = !reviews && app.member.roles.includes('issuer_maker');
  return {
    title: t(`section.${section}`),
    nodes: [
      el('div', { class: 'tools' }, reviews ? null : wanted.node, kind.node, reviews ? null : status.node, writes ? el('a', { class: 'button primary', href: '#draft/new', id: 'new' }, t('draft.new')) : null),
      list.node,
    ],
    shortcuts: [
      ...(reviews ? [] : [{ keys: '/', what: t('keys.search'), run: () => wanted.control.focus() }]),
      ...(writes ? [{ keys: 'n', what: t('draft.new'), run: () => app.go('draft/new') }] : []),
    ],
  };
}

/** @param {Listed[]} items @param {Kind[]} kinds */
const listed = (items, kinds) =>
  table({
    caption: t('section.licences'),
    head: [t('scene.kind'), t('issued.number'), t('entries.state'), t('draft.valid_to'), t('issued.changed')],
    rows: items.map((one) => [
      el('a', { href: `#licences/${one.id}` }, nameOfKind(kinds, one.kind)),
      el('span', { class: 'code' }, one.identifier ?? t('issued.no_number')),
      statusBadge(one.status, pick(one.status_label)),
      day(one.valid_to ?? null),
      moment(one.changed_at, false),
    ]),
  });
