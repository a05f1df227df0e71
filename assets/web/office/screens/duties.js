/** Duty applications 履职共享申请: those of one's own unit, and those made to it. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { pagedList } from '../paged.js';
import { appliesForDuty } from '../sections.js';

/** @typedef {import('../types.d.ts').Schemas['DutyApplication']} Duty */

/** @type {import('../types.d.ts').Screen} */
export async function dutiesScreen(app) {
  const applies = appliesForDuty(app.member);
  const side = choice({ label: t('duty.side'), value: applies ? 'applied' : 'received', options: ['applied', 'received'].map((one) => ({ value: one, label: t(`dutyside.${one}`) })) });
  const list = pagedList({
    app,
    read: (cursor) => api.duties({ side: side.value(), cursor }),
    none: t('duty.none'),
    draw: (/** @type {Duty[]} */ items) =>
      table({
        caption: t('section.duties'),
        head: [t('scene.kind'), t('duty.unit'), t('duty.issuer'), t('duty.purpose'), t('entries.state'), t('duty.at')],
        rows: items.map((one) => [
          el('a', { href: `#duties/${one.id}` }, pick(one.kind_names)),
          pick(one.unit_names),
          pick(one.issuer_names),
          el('span', { class: 'code' }, one.purpose),
          el('span', { class: 'badge' }, pick(one.state_label)),
          moment(one.at, false),
        ]),
      }),
  });
  side.control.addEventListener('input', list.again);
  await list.first();
  return {
    title: t('section.duties'),
    nodes: [el('p', { class: 'quiet' }, t('duty.what')), el('div', { class: 'tools' }, side.node, applies ? el('a', { class: 'button primary', href: '#duties/new', id: 'new' }, t('duty.apply')) : null), list.node],
    shortcuts: applies ? [{ keys: 'n', what: t('duty.apply'), run: () => app.go('duties/new') }] : [],
  };
}
