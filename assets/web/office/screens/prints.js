/** The print register of a licence (R51, R54): copies that were printed for somebody, which are made void or printed again. */
import { group } from '../../kit/composed.js';
import { problemNotice, say } from '../../kit/notice.js';
import { line } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { keyOnce } from '../once.js';
import { pagedList } from '../paged.js';
import { sendingForm } from '../sending.js';

/** @typedef {import('../types.d.ts').Schemas['RegisteredPrint']} RegisteredPrint */

/** What is done with a copy. */
const ACTS = {
  void: { label: t('print.void_do'), effect: t('print.void_effect') },
  reprint: { label: t('print.reprint_do'), effect: t('print.reprint_effect') },
};

/** @type {import('../types.d.ts').Screen} */
export async function printsScreen(app, [, id]) {
  const licence = await api.licence(id);
  const kind = await api.entry('kinds', licence.kind, licence.kind_version ?? undefined);
  const needed = t('form.needed');
  const part = group({
    collector: line({ label: t('print.collector'), hint: t('print.collector_hint'), needed, props: { maxlength: 100 } }),
    purpose: line({ label: t('print.purpose'), hint: t('print.purpose_hint'), needed, props: { maxlength: 60 } }),
  });
  const key = keyOnce();
  const made = el('div', { id: 'made', role: 'status' });
  const problem = problemNotice({ id: 'act-problem' });
  const list = pagedList({
    app,
    read: (cursor) => api.prints(id, cursor),
    none: t('print.none'),
    draw: (/** @type {RegisteredPrint[]} */ items) =>
      table({
        caption: t('print.register'),
        head: [t('print.number'), t('print.collector'), t('print.purpose'), t('print.by'), t('print.state'), t('print.acts')],
        rows: items.map(row),
      }),
  });
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('print.do'),
    back: `licences/${id}`,
    async send(body) {
      const copy = await api.print(id, body, key(JSON.stringify(body)));
      show(made, el('p', {}, t('print.made', { number: copy.number }), ' ', file(copy.href)));
      // The same words once more are another copy.
      key('');
      await list.again();
    },
  });

  /** @param {RegisteredPrint} copy */
  function row(copy) {
    const isVoid = copy.state === 'void';
    return [
      el('span', { class: 'code' }, copy.number),
      copy.collector,
      copy.purpose,
      `${copy.by} · ${moment(copy.at, false)}`,
      isVoid ? el('span', { class: 'fault' }, t('print.void', { reason: copy.void_reason ?? '' })) : standing(copy),
      isVoid ? '—' : el('div', { class: 'buttons' }, copy.href ? file(copy.href) : null, button(copy, 'reprint'), button(copy, 'void')),
    ];
  }

  /** @param {RegisteredPrint} copy @param {'void' | 'reprint'} act */
  function button(copy, act) {
    const { label } = ACTS[act];
    return el('button', { type: 'button', class: 'button', 'aria-label': `${label} ${copy.number}`, onclick: () => asked(copy, act) }, label);
  }

  /** @param {RegisteredPrint} copy @param {'void' | 'reprint'} act */
  async function asked(copy, act) {
    say(problem, '');
    const { label, effect } = ACTS[act];
    const done = await askAct({ act: label, what: copy.number, effect, grave: act === 'void', reason: 'needed' }, (reason) => api.printAct(copy.id, act, reason ?? ''));
    if (!done) return;
    try {
      await list.again();
    } catch (error) {
      say(problem, wordsFor(error));
    }
  }

  await list.first();
  return {
    title: t('print.title', { kind: pick(kind.names) }),
    back: `#licences/${id}`,
    nodes: [
      el('p', {}, t('print.lead')),
      el('section', { class: 'panel form' }, nodes, made),
      el('h2', {}, t('print.register')),
      problem,
      list.node,
    ],
  };
}

/** @param {RegisteredPrint} copy */
function standing({ reprints: n, code_expires_at: until }) {
  return n === 0 ? t('print.valid', { until: moment(until, false) }) : t('print.valid_again', { n, until: moment(until, false) });
}

/** @param {string} href */
const file = (href) => el('a', { class: 'button', href, download: '' }, t('print.file'));
