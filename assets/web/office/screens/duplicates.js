/** Drafts that may be of what is there already: both sides beside each other, and what people decide. */
import { choice } from '../../kit/parts.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { compared } from '../issuing/compare.js';
import { CHANGES, statusBadge } from '../issuing/words.js';
import { pagedList } from '../paged.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Duplicate']} Duplicate
 * @typedef {import('../types.d.ts').Schemas['IssuedLicence']} Licence
 */

const STATES = /** @type {const} */ (['open', 'different', 'same']);

/** @type {import('../types.d.ts').Screen} */
export async function duplicatesScreen(app) {
  const state = choice({ label: t('entries.state'), value: 'open', none: t('entries.any'), options: STATES.map((one) => ({ value: one, label: t(`duplicatestate.${one}`) })) });
  /** Each kind is read once, however many drafts are of it. @type {Map<string, Promise<import('../types.d.ts').Kind>>} */
  const kinds = new Map();
  const list = pagedList({
    app,
    async read(cursor) {
      const { items, next } = await api.duplicates({ state: state.value(), cursor });
      return { items: items.filter(({ draft }) => draft !== null), next };
    },
    none: t('duplicate.none'),
    draw: (/** @type {Duplicate[]} */ items) => Promise.all(items.map((one) => panel(app, one, kinds))),
  });
  state.control.addEventListener('input', list.again);
  await list.first();
  return { title: t('section.duplicates'), nodes: [el('p', { class: 'quiet' }, t('duplicate.what')), el('div', { class: 'tools' }, state.node), list.node] };
}

/** @param {App} app @param {Duplicate} suspect @param {Map<string, Promise<import('../types.d.ts').Kind>>} kinds */
async function panel(app, suspect, kinds) {
  const { draft, other } = suspect;
  if (!draft) return null;
  const version = `${draft.kind} ${draft.kind_version}`;
  const read = kinds.get(version) ?? api.entry('kinds', draft.kind, draft.kind_version ?? undefined);
  kinds.set(version, read);
  const kind = await read;
  return el(
    'section',
    { class: 'panel duplicate' },
    el('h2', {}, pick(kind.names)),
    el('p', { class: 'state-line' }, el('span', { class: 'badge' }, pick(suspect.state_label)), pick(suspect.why_label), el('span', { class: 'quiet' }, moment(suspect.at, false))),
    el('p', {}, side(t('duplicate.this'), draft), ' ', other ? side(t('duplicate.other'), other) : t('duplicate.gone')),
    compared(kind, draft, other, t('duplicate.other')),
    suspect.reason ? el('p', { class: 'quiet' }, t('duplicate.decided', { reason: suspect.reason })) : null,
    suspect.state === 'open' ? el('div', { class: 'buttons' }, decide('different'), decide('close'), draft.status === 'DRAFT' && other?.identifier ? decide('next') : null) : null,
  );

  /** @param {'different' | 'close' | 'next'} how */
  function decide(how) {
    return el('button', { type: 'button', class: how === 'close' ? 'button grave' : 'button', onclick: () => decided(app, suspect, how) }, t(`duplicateact.${how}`));
  }
}

/** @param {string} label @param {Licence} licence */
const side = (label, licence) => el('a', { href: `#licences/${licence.id}` }, `${label} · ${licence.identifier ?? t('issued.no_number')}`, ' ', statusBadge(licence.status, pick(licence.status_label)));

/** @param {App} app @param {Duplicate} suspect @param {'different' | 'close' | 'next'} how */
async function decided(app, suspect, how) {
  const change = choice({ label: t('draft.change'), value: 'change', options: CHANGES.map((one) => ({ value: one, label: t(`change.${one}`) })) });
  const isNext = how === 'next';
  const name = t(`duplicateact.${how}`);
  const done = await askAct(
    { act: name, title: name, effect: t(`duplicateeffect.${how}`), grave: how === 'close', reason: 'needed', parts: isNext ? [change] : [] },
    (reason) => api.decideDuplicate(suspect.id, { act: how === 'different' ? 'different' : 'same', reason, ...(isNext ? { change: change.value() } : {}) }),
  );
  if (done) app.again(t('proposal.done', { act: name }));
}
