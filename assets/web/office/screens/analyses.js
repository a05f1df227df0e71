/** Analyses 批量统计分析: what one's own unit applied for and was told, and what waits to be approved. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { pagedList } from '../paged.js';
import { appliesForAnalysis } from '../sections.js';

/** @typedef {import('../types.d.ts').Schemas['Analysis']} Analysis */

/** @type {import('../types.d.ts').Schemas['AnalysisState'][]} */
const STATES = ['applied', 'with_issuers', 'answered', 'refused', 'withdrawn'];

/** @type {import('../types.d.ts').Screen} */
export async function analysesScreen(app) {
  const applies = appliesForAnalysis(app.member);
  const state = choice({ label: t('entries.state'), none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`analysisstate.${one}`) })) });
  const list = pagedList({
    app,
    read: (cursor) => api.analyses({ state: state.value(), cursor }),
    none: t('analysis.none'),
    draw: (/** @type {Analysis[]} */ items) =>
      table({
        caption: t('section.analyses'),
        head: [t('analysis.kinds'), t('analysis.unit'), t('analysis.group_by'), t('entries.state'), t('analysis.at')],
        rows: items.map((one) => [
          el('a', { href: `#analyses/${one.id}` }, one.kinds.map(({ names }) => pick(names)).join(t('analysis.and'))),
          pick(one.unit_names),
          one.group_by.map(({ label }) => pick(label)).join(t('analysis.and')),
          el('span', { class: 'badge' }, pick(one.state_label)),
          moment(one.at, false),
        ]),
      }),
  });
  state.control.addEventListener('input', list.again);
  await list.first();
  return {
    title: t('section.analyses'),
    nodes: [el('p', { class: 'quiet' }, t('analysis.what')), el('div', { class: 'tools' }, state.node, applies ? el('a', { class: 'button primary', href: '#analyses/new', id: 'new' }, t('analysis.apply')) : null), list.node],
    shortcuts: applies ? [{ keys: 'n', what: t('analysis.apply'), run: () => app.go('analyses/new') }] : [],
  };
}
