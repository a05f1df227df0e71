/** One import: how far it is, what is wrong with which cell, and what is to be done with it. */
import { ask } from '../../kit/dialog.js';
import { problemNotice, say } from '../../kit/notice.js';
import { choice } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { keyOnce } from '../once.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Import']} Import
 */

/** @type {import('../types.d.ts').Screen} */
export async function importScreen(app, [, id]) {
  const [one, kinds] = await Promise.all([api.importOf(id), api.entries('kinds')]);
  const underWay = one.state === 'checking' || one.state === 'committing';
  const bar = el('progress', { id: 'bar', 'aria-labelledby': 'progress-label' });
  const words = el('p', { id: 'progress-label', role: 'status' });
  const problem = problemNotice();
  tell(one);

  /** @param {Import} now */
  function tell(now) {
    const reached = now.done + (now.state === 'committing' ? now.failed : 0);
    bar.max = Math.max(now.rows, 1);
    if (now.rows > 0) bar.value = reached;
    else bar.removeAttribute('value');
    const left = now.eta_s === null || now.eta_s === undefined ? '' : t('import.eta', { n: now.eta_s });
    words.textContent = t('import.progress', { state: pick(now.state_label), done: now.done, rows: now.rows, failed: now.failed }) + left;
  }

  const source = underWay ? new EventSource(`/api/v1/imports/${encodeURIComponent(id)}/events`) : null;
  source?.addEventListener('progress', (event) => {
    const now = /** @type {Import} */ (JSON.parse(event.data));
    tell(now);
    if (now.state === one.state) return;
    source.close();
    app.again();
  });
  source?.addEventListener('error', async () => {
    // A stream that ended comes again by itself; one that was refused does not.
    if (source.readyState !== EventSource.CLOSED) return;
    try {
      const now = await api.importOf(id);
      if (now.state !== one.state) app.again();
      else tell(now);
    } catch (error) {
      if (isProblem(error, 401)) app.sessionLost();
      else say(problem, wordsFor(error));
    }
  });

  // What this person may do now, the server says.
  const mayCommit = one.acts.includes('commit');
  const mayCancel = one.acts.includes('cancel');
  return {
    title: one.file || t('section.imports'),
    back: '#imports',
    onLeave: () => source?.close(),
    nodes: [
      problem,
      el(
        'section',
        { class: 'panel' },
        el('p', { class: 'state-line' }, el('span', { class: 'badge', id: 'state' }, pick(one.state_label)), one.dry_run ? t('import.is_dry') : null),
        underWay ? [words, bar] : el('p', { id: 'outcome', role: 'status' }, t(one.state === 'committed' ? 'import.carried' : 'import.counted', { done: one.done, rows: one.rows, failed: one.failed })),
        one.trouble ? el('p', { class: 'notice problem', id: 'trouble' }, pick(one.trouble.detail)) : null,
        el('dl', { class: 'facts' }, rows(factsOf(one, kinds))),
        el(
          'div',
          { class: 'buttons', id: 'acts' },
          mayCommit ? el('button', { type: 'button', class: 'button primary', id: 'commit', onclick: () => commit(app, one) }, t('import.commit')) : null,
          mayCancel ? el('button', { type: 'button', class: 'button', id: 'cancel', onclick: () => cancel(app, one) }, t('import.cancel')) : null,
          one.failed > 0 ? el('a', { class: 'button', id: 'errors', href: `/api/v1/imports/${encodeURIComponent(id)}/errors.xlsx`, download: '' }, t('import.errors')) : null,
        ),
      ),
      one.errors.length > 0 ? wrong(one) : null,
    ],
  };
}

/** @param {Import} one @param {import('../types.d.ts').Kind[]} kinds @returns {[string, string][]} */
function factsOf(one, kinds) {
  /** @type {[string, string | null | undefined][]} */
  const facts = [
    [t('import.type'), pick(one.type_label)],
    [t('scene.kind'), one.kind ? nameOfKind(kinds, one.kind) : null],
    [t('draft.mode'), one.mode ? t(`casemode.${one.mode}`) : null],
    [t('import.sent_by'), `${one.sent_by} · ${moment(one.created_at, false)}`],
    [t('import.committed_by'), one.committed_by],
    [t('task.claimed'), one.claimed_by ? t('task.by', { name: one.claimed_by.name, time: moment(one.claimed_by.at, false) }) : null],
  ];
  return facts.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}

/** @param {Import} one */
function wrong(one) {
  return el(
    'section',
    { class: 'group', 'aria-labelledby': 'wrong' },
    el('h2', { id: 'wrong' }, t('import.wrong')),
    one.failed > one.errors.length ? el('p', { class: 'hint' }, t('import.first', { n: one.errors.length })) : null,
    table({
      caption: t('import.wrong'),
      id: 'faults',
      head: [t('import.cell'), t('import.column'), t('import.what'), t('import.rule')],
      rows: one.errors.map((error) => [el('span', { class: 'code' }, error.cell), error.column || '—', pick(error.detail), el('span', { class: 'code' }, error.code)]),
    }),
  );
}

/** @param {App} app @param {Import} one */
async function commit(app, one) {
  const which = choice({ label: t('import.which'), value: one.failed > 0 ? 'good' : 'all', options: one.failed > 0 ? [{ value: 'good', label: t('import.good_rows') }] : [{ value: 'all', label: t('import.all_rows') }] });
  const keyFor = keyOnce();
  const done = await ask(
    {
      title: t('import.commit_title', { n: one.rows - one.failed }),
      body: [el('p', {}, t('import.commit_effect')), which.node],
      agree: t('import.commit'),
      leave: t('do.cancel'),
      grave: true,
    },
    () => api.actOnImport(one.id, { act: 'commit', rows: which.value() }, keyFor('commit')),
    wordsFor,
  );
  if (done) app.again(t('import.committing'));
}

/** @param {App} app @param {Import} one */
async function cancel(app, one) {
  const keyFor = keyOnce();
  const done = await ask(
    { title: t('import.cancel_title'), body: el('p', {}, t('import.cancel_effect')), agree: t('import.cancel'), leave: t('do.leave') },
    () => api.actOnImport(one.id, { act: 'cancel' }, keyFor('cancel')),
    wordsFor,
  );
  if (done) app.again(t('import.cancelled'));
}
