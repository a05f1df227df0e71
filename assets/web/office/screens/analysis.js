/** One analysis: what is asked and by whom, who approves it, and the counts once they are told. */
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Analysis']} Analysis
 * @typedef {import('../types.d.ts').Schemas['AnalysisAct']} AnalysisAct
 * @typedef {import('../types.d.ts').Schemas['AnalysisResult']} Result
 */

/** @type {import('../types.d.ts').Screen} */
export async function analysisScreen(app, [, id]) {
  const analysis = await api.analysis(id);
  const { result } = analysis;
  return {
    title: t('analysis.of', { unit: pick(analysis.unit_names), kinds: kindsOf(analysis) }),
    back: '#analyses',
    nodes: [
      el('p', { class: 'state-line' }, el('span', { class: 'badge', id: 'state' }, pick(analysis.state_label))),
      el('div', { class: 'buttons', id: 'acts' }, analysis.acts.map((act) => el('button', { type: 'button', class: act === 'approve' ? 'button primary' : 'button', id: `act-${act}`, onclick: () => doAct(app, analysis, act) }, t(`analysisact.${act}`)))),
      el('section', { class: 'panel' }, el('h2', {}, t('analysis.told_what')), el('dl', { class: 'facts' }, rows(factsOf(app, analysis))), el('p', { class: 'hint' }, t('analysis.rules'))),
      result ? told(analysis, result) : null,
    ],
  };
}

/** @param {App} app @param {Analysis} analysis @param {AnalysisAct} act */
async function doAct(app, analysis, act) {
  const name = t(`analysisact.${act}`);
  const done = await askAct({ act: name, what: kindsOf(analysis), effect: t(`analysiseffect.${act}`, { unit: pick(analysis.unit_names) }), reason: act === 'refuse' ? 'needed' : 'optional' }, (reason) => api.actOnAnalysis(analysis.id, act, reason));
  if (done) app.again(t('act.done', { act: name, state: pick(done.state_label) }));
}

/** The counts: a table, whose cells have a bar each, and the same as a file. @param {Analysis} analysis @param {Result} result */
function told(analysis, result) {
  const head = [...analysis.group_by.map(({ label }) => pick(label)), t('analysis.persons')];
  const most = Math.max(1, ...result.groups.map(({ persons }) => persons ?? 0));
  const words = (/** @type {number | null | undefined} */ persons) => (persons === null || persons === undefined ? t('analysis.hidden') : String(persons));
  const lines = result.groups.map(({ labels, persons }) => [...labels.map((label) => pick(label)), words(persons)]);
  const cells = result.groups.map(({ persons }, at) => [...lines[at].slice(0, -1), el('span', { class: 'counted', 'data-persons': words(persons) }, el('span', { class: 'counted-number' }, words(persons)), bar(persons ?? 0, most))]);
  const total = result.total === null || result.total === undefined ? t('analysis.no_total') : t('analysis.total', { n: result.total });
  const file = new Blob([`\ufeff${[head, ...lines].map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' });
  return el('section', { class: 'panel', id: 'result' },
    el('h2', {}, t('analysis.result')),
    el('p', { class: 'quiet' }, t('analysis.counted', { time: moment(result.at, false) })),
    result.groups.length === 0 ? el('p', {}, t('analysis.nobody')) : table({ caption: t('analysis.result'), head, rows: cells, id: 'counts' }),
    el('p', { id: 'total' }, total),
    el('div', { class: 'buttons' }, el('a', { class: 'button', id: 'download', href: URL.createObjectURL(file), download: `${analysis.id}.csv` }, t('analysis.download'))),
  );
}

/** The number beside it as a length: seen only, since the number is read. @param {number} persons @param {number} most */
const bar = (persons, most) => el('progress', { value: persons, max: most, 'aria-hidden': 'true' });

/** A member of a line of a CSV file (RFC 4180). What a spreadsheet would take for a formula is kept a text. @param {string} text */
const quoted = (text) => `"${(/^[=+@\t\r-]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** @param {Analysis} analysis */
const kindsOf = ({ kinds }) => kinds.map(({ names }) => pick(names)).join(t('analysis.and'));

/** @param {App} app @param {Analysis} analysis @returns {[string, string][]} */
function factsOf(app, analysis) {
  const { filter, issuers } = analysis;
  const joined = (/** @type {string[]} */ parts) => parts.join(t('analysis.and'));
  const approval = (/** @type {number | null | undefined} */ at) => (at ? moment(at, false) : t('analysis.waits'));
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('analysis.unit'), pick(analysis.unit_names)],
    [t('analysis.kinds'), kindsOf(analysis)],
    [t('analysis.group_by'), joined(analysis.group_by.map(({ label }) => pick(label)))],
    [t('analysis.statuses'), joined((filter.status ?? []).map((one) => t(`licencestate.${one}`)))],
    [t('analysis.issuers'), joined((filter.unit ?? []).map((one) => pick(app.units.get(one)) || one))],
    [t('analysis.years'), filter.year ? t('analysis.span', { from: filter.year.from, to: filter.year.to }) : null],
    [t('analysis.purpose'), analysis.purpose],
    [t('analysis.at'), moment(analysis.at, false)],
    [t('analysis.manager'), approval(analysis.approved_at)],
    ...issuers.map(({ names, at }) => /** @type {[string, string]} */ ([t('analysis.issuer_of', { unit: pick(names) }), approval(at)])),
    [t('act.reason'), analysis.reason],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}
