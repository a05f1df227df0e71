/** What the holder lets units use: all of it, and how it is taken back. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/** @typedef {import('../types.d.ts').Schemas['GivenAuthorisation']} Given */

/** @param {import('../types.d.ts').App} app @returns {import('../types.d.ts').View} */
export function authorisationsView(app) {
  app.title(t('authorise.list'));
  const place = el('div', { class: 'place' }, el('p', { class: 'quiet', role: 'status' }, t('record.loading')));
  const { begin } = turns();
  void load();

  async function load(said = '') {
    const late = begin();
    try {
      const { items } = await api.authorisations();
      if (!late()) draw(items, said);
    } catch (error) {
      if (late()) return;
      if (isProblem(error, 401)) await app.load();
      else show(place, el('p', { class: 'notice problem', role: 'alert' }, wordsFor(error)));
    }
  }

  /** @param {Given[]} all @param {string} said */
  function draw(all, said) {
    const live = all.filter(({ state }) => state === 'live');
    const over = all.filter(({ state }) => state !== 'live');
    show(place, [
      said ? el('p', { class: 'notice', role: 'status', id: 'withdrawn' }, said) : null,
      el('h2', {}, t('authorise.live', { n: live.length })),
      live.length === 0 ? el('p', { class: 'panel' }, t('authorise.none')) : null,
      el('ul', { class: 'cards', id: 'live' }, live.map(item)),
      over.length > 0 ? el('h2', {}, t('authorise.over', { n: over.length })) : null,
      el('ul', { class: 'cards', id: 'over' }, over.map(item)),
    ]);
  }

  /** @param {Given} given */
  function item(given) {
    const problem = problemNotice({ id: null });
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button secondary', 'aria-label': t('authorise.withdraw_of', { unit: pick(given.unit_names), kind: pick(given.kind_names) }), onclick: () => busy(button, withdraw) }, t('authorise.withdraw'));

    async function withdraw() {
      const late = begin();
      try {
        await api.withdrawAuthorisation(given.id);
        if (!late()) await load(t('authorise.withdrawn'));
      } catch (error) {
        if (late()) return;
        if (isProblem(error, 401)) await app.load();
        else say(problem, wordsFor(error));
      }
    }

    const seen = given.fields.map((field) => pick(field)).join(t('authorise.and'));
    return el(
      'li',
      { class: 'panel' },
      el('p', { class: 'card-line' }, el('strong', {}, pick(given.unit_names)), el('span', {}, pick(given.state_label))),
      el('p', {}, pick(given.kind_names)),
      el('p', { class: 'quiet' }, t('uses.purpose', { purpose: given.purpose })),
      el('p', { class: 'quiet' }, seen ? t('authorise.sees', { fields: seen }) : t('authorise.sees_nothing')),
      el('p', { class: 'quiet' }, given.withdrawn_at ? t('authorise.back_at', { time: moment(given.withdrawn_at) }) : t('authorise.until_at', { time: moment(given.until) })),
      given.state === 'live' ? [button, problem] : null,
    );
  }

  return { nodes: [el('p', { class: 'quiet' }, t('authorise.what')), place], onLeave: () => begin() };
}
