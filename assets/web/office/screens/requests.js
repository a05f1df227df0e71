/** What holders ask of one's own unit: what waits first. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { pagedList } from '../paged.js';

/** @typedef {import('../types.d.ts').Schemas['LicenceRequest']} Request */

const STATES = /** @type {const} */ (['open', 'done', 'refused', 'lapsed']);

/** @type {import('../types.d.ts').Screen} */
export async function requestsScreen(app) {
  const kinds = await api.entries('kinds');
  const state = choice({ label: t('entries.state'), value: 'open', none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`requeststate.${one}`) })) });
  const list = pagedList({
    app,
    read: (cursor) => api.requests({ state: state.value(), cursor }),
    none: t('request.none'),
    draw: (/** @type {Request[]} */ items) =>
      table({
        caption: t('section.requests'),
        head: [t('request.asked'), t('scene.kind'), t('issued.number'), t('entries.state'), t('request.at')],
        rows: items.map((one) => [
          el('a', { href: `#requests/${one.id}` }, pick(one.act_label)),
          one.kind ? nameOfKind(kinds, one.kind) : '—',
          el('span', { class: 'code' }, one.identifier ?? '—'),
          el('span', { class: 'badge' }, pick(one.state_label)),
          moment(one.at, false),
        ]),
      }),
  });
  state.control.addEventListener('input', list.again);
  await list.first();
  return { title: t('section.requests'), nodes: [el('p', { class: 'quiet' }, t('request.what')), el('div', { class: 'tools' }, state.node), list.node] };
}
