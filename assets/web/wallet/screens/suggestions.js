/** What the holder might do with what he has (R69): renewals, matters whose materials are there, scenes. Read when it is opened. */
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { day, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/** @typedef {import('../types.d.ts').Schemas['Suggestion']} Suggestion */

/** @param {import('../types.d.ts').App} app @returns {import('../types.d.ts').View} */
export function suggestionsView(app) {
  app.title(t('suggest.title'));
  const problem = problemNotice();
  const state = el('p', { class: 'quiet', role: 'status' }, t('record.loading'));
  const found = el('ul', { class: 'cards', id: 'suggestions' });
  const wanted = el('input', { type: 'checkbox', id: 'wanted', onchange: () => void put() });
  const { begin } = turns();
  void draw();

  async function draw() {
    const late = begin();
    try {
      const { on, items } = await api.suggestions();
      if (late()) return;
      wanted.checked = on;
      say(problem, '');
      show(state, on ? (items.length === 0 ? t('suggest.none') : '') : t('suggest.off'));
      show(found, items.map(item));
    } catch (error) {
      await failed(error, late);
    }
  }

  async function put() {
    const late = begin();
    try {
      await api.wantSuggestions(wanted.checked);
      if (!late()) await draw();
    } catch (error) {
      if (!late()) wanted.checked = !wanted.checked;
      await failed(error, late);
    }
  }

  /** @param {unknown} error @param {() => boolean} late */
  async function failed(error, late) {
    if (late()) return;
    show(state, '');
    if (isProblem(error, 401)) await app.load();
    else say(problem, wordsFor(error));
  }

  return {
    nodes: [
      el('p', {}, t('suggest.lead')),
      el('p', {}, el('label', { class: 'check' }, wanted, ' ', t('suggest.on'))),
      problem,
      state,
      found,
    ],
  };
}

/** @param {Suggestion} one */
function item(one) {
  const names = pick(one.names ?? one.kinds[0]?.names);
  if (one.kind === 'renewal_due') {
    return line(t('suggest.renewal', { name: names }), t('suggest.renewal_why', { day: day(one.valid_to ?? ''), n: one.days ?? 0 }), `#record/${one.licence}`, t('suggest.renewal_do'));
  }
  if (one.kind === 'scene') {
    return line(t('suggest.scene', { name: names }), t('suggest.scene_why', { name: pick(one.kinds[0]?.names) }), `#card/${one.licence}`, t('suggest.scene_do'));
  }
  const [held, missing] = [true, false].map((is) => one.kinds.filter((kind) => kind.held === is).map((kind) => pick(kind.names)).join(t('suggest.and')));
  const why = missing === '' ? t('suggest.matter_all', { held }) : t('suggest.matter_lacks', { held, missing });
  return line(t('suggest.matter', { name: names, unit: pick(one.unit_names) }), why, `/exempt-materials?q=${encodeURIComponent(names)}`, t('suggest.matter_do'));
}

/** @param {string} what @param {string} why @param {string} href @param {string} how */
function line(what, why, href, how) {
  return el('li', { class: 'panel' }, el('strong', {}, what), el('p', {}, why), el('a', { class: 'button secondary', href }, how));
}
