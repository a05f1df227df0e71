/** Accounts that this counter restores by two persons: what waits for the second, what counts from when, what its owner objected to. */
import { table } from '../../kit/table.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { sign } from '../../shared/shapes.js';
import * as api from '../api.js';

/** @typedef {import('../types.d.ts').Schemas['CounterRecovery']} Recovery */

/** @type {Record<Recovery['state'], [import('../../shared/shapes.js').Outline, import('../../shared/shapes.js').Mark]>} */
const SIGNS = { asked: ['circle', 'again'], confirmed: ['square', 'pause'], done: ['circle', 'tick'], objected: ['octagon', 'cross'], over: ['octagon', 'cross'] };

/** @type {import('../types.d.ts').Screen} */
export async function recoveriesScreen(app) {
  const [found, unit] = await Promise.all([api.recoveries(), api.unit(app.member.unit.id)]);
  return {
    title: t('section.recoveries'),
    back: `#units/${unit.id}`,
    nodes: [
      el('p', { class: 'quiet' }, t('recovery.what')),
      unit.recovers ? el('div', { class: 'buttons' }, el('a', { class: 'button primary', href: '#recoveries/new', id: 'new' }, t('recovery.begin'))) : el('p', { class: 'notice', id: 'not-named' }, t('recovery.not_named')),
      found.length === 0
        ? el('p', { class: 'panel' }, t('recovery.none'))
        : table({
            caption: t('section.recoveries'),
            head: [t('recovery.account'), t('entries.state'), t('recovery.asked'), t('recovery.confirmed'), t('recovery.then')],
            rows: found.map((one) => [
              t('recovery.name', { name: one.name, login: one.login }),
              el('span', { class: 'badge' }, sign(...SIGNS[one.state]), pick(one.state_label)),
              t('task.by', { name: one.asked_by, time: moment(one.asked_at, false) }),
              one.confirmed_by ?? '—',
              unit.recovers ? next(one) : then(one),
            ]),
          }),
    ],
    shortcuts: unit.recovers ? [{ keys: 'n', what: t('recovery.begin'), run: () => app.go('recoveries/new') }] : [],
  };
}

/** What is to be done, or will be. @param {Recovery} recovery */
function next(recovery) {
  if (recovery.state !== 'asked' || recovery.own) return then(recovery);
  return [then(recovery), ' ', el('a', { class: 'button small', href: `#recoveries/new/${encodeURIComponent(recovery.login)}`, 'aria-label': t('act.of', { act: t('recovery.second'), what: recovery.name }) }, t('recovery.second'))];
}

/** @param {Recovery} recovery */
function then({ state, lapses_at: lapses, effective_at: effective, ended_at: ended }) {
  if (state === 'asked') return t('recovery.then_asked', { time: moment(lapses, false) });
  if (state === 'confirmed') return t('recovery.then_confirmed', { time: moment(effective ?? lapses, false) });
  return t(`recovery.then_${state}`, { time: moment(ended ?? lapses, false) });
}
