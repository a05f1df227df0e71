/** What goes out by mail and webhook: what waits, what was given up and why; trying it again, or dropping it. */
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { pagedList } from '../paged.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Letter']} Letter
 */

const STATES = /** @type {const} */ (['dead', 'waiting', 'sent', 'dropped']);

/** @type {import('../types.d.ts').Screen} */
export async function outboxScreen(app) {
  const state = choice({ label: t('entries.state'), value: 'dead', none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`letterstate.${one}`) })) });
  const list = pagedList({ app, read: (cursor) => api.outbox({ state: state.value(), cursor }), none: t('outbox.none'), draw: (/** @type {Letter[]} */ letters) => listed(app, letters) });
  state.control.addEventListener('input', list.again);
  await list.first();
  const all = el('button', { type: 'button', class: 'button', id: 'retry-all', onclick: () => retriedAll(app) }, t('outbox.retry_all'));
  return { title: t('section.outbox'), nodes: [el('p', { class: 'quiet' }, t('outbox.what')), el('div', { class: 'tools' }, state.node, all), list.node] };
}

/** @param {App} app @param {Letter[]} letters */
const listed = (app, letters) =>
  table({
    caption: t('section.outbox'),
    head: [t('outbox.topic'), t('outbox.channel'), t('entries.state'), t('outbox.tries'), t('outbox.fault'), t('outbox.at'), t('outbox.do')],
    rows: letters.map((letter) => [
      pick(letter.topic_label),
      letter.to ? `${pick(letter.channel_label)} · ${letter.to}` : pick(letter.channel_label),
      letter.next_at ? `${pick(letter.state_label)} · ${t('outbox.next', { time: moment(letter.next_at, false) })}` : pick(letter.state_label),
      String(letter.tries),
      letter.fault ?? '—',
      moment(letter.at, false),
      letter.state === 'dead' ? el('div', { class: 'buttons' }, button(app, letter, 'retry'), button(app, letter, 'drop')) : '—',
    ]),
  });

/** @param {App} app @param {Letter} letter @param {'retry' | 'drop'} act */
function button(app, letter, act) {
  const name = t(`letteract.${act}`);
  const what = `${pick(letter.topic_label)}${letter.to ? ` ${letter.to}` : ''}`;
  return el('button', { type: 'button', class: 'button', 'aria-label': t('act.of', { act: name, what }), onclick: () => acted(app, letter, act, what) }, name);
}

/** @param {App} app @param {Letter} letter @param {'retry' | 'drop'} act @param {string} what */
async function acted(app, letter, act, what) {
  const name = t(`letteract.${act}`);
  const done = await askAct(
    { act: name, what, effect: t(`lettereffect.${act}`), grave: act === 'drop', reason: act === 'drop' ? 'needed' : 'none' },
    (reason) => api.actOnLetter(letter.id, act, reason),
  );
  if (done) app.again(t('proposal.done', { act: name }));
}

/** @param {App} app */
async function retriedAll(app) {
  const name = t('outbox.retry_all');
  const done = await askAct({ act: name, title: name, effect: t('lettereffect.retry'), reason: 'none' }, () => api.retryLetters());
  if (done) app.again(t('outbox.retried', { n: done.letters }));
}
