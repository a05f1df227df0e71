/** What was used for a unit, by whom, for what; and the tries that were refused. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { pagedList } from '../paged.js';

/** @typedef {import('../types.d.ts').Schemas['Use']} Use */

/** @type {import('../types.d.ts').Screen} */
export async function usesScreen(app, [, unit = app.member.unit.id]) {
  const which = choice({ label: t('used.which'), value: 'all', options: ['all', 'refused'].map((one) => ({ value: one, label: t(`used.only_${one}`) })) });
  const list = pagedList({
    app,
    read: (cursor) => api.unitUses(unit, cursor),
    none: t('used.none'),
    draw(/** @type {Use[]} */ items) {
      const wanted = items.filter((one) => which.value() === 'all' || one.refused);
      if (wanted.length === 0) return el('p', { class: 'panel' }, t('used.none_refused'));
      return table({
        caption: t('section.uses'),
        head: [t('used.at'), t('used.what'), t('scene.kind'), t('used.who'), t('used.why'), t('used.outcome')],
        rows: wanted.map(row),
      });
    },
  });
  which.control.addEventListener('input', list.again);
  await list.first();
  const name = unit === app.member.unit.id ? '' : pick(app.units.get(unit)) || unit;
  return { title: name ? t('used.of', { name }) : t('section.uses'), nodes: [el('p', { class: 'quiet' }, t('used.hint')), el('div', { class: 'tools' }, which.node), list.node] };
}

/** @param {Use} use */
function row(use) {
  const why = [use.purpose, use.case_number ? t('used.case', { number: use.case_number }) : null, use.footing ? t(`materialfooting.${use.footing}`) : null, use.scene, use.matter];
  return [
    moment(use.at, false),
    t(`usekind.${use.kind}`),
    use.licence_kind ? pick(use.licence_kind.names) : '—',
    use.by?.name ?? '—',
    why.filter(Boolean).join(' · ') || '—',
    use.refused ? el('span', { class: 'fault' }, t('used.refused', { why: pick(use.refused.message) })) : t('used.given'),
  ];
}
