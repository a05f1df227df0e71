/** 免提交 and 一事一查 on a using case: all that its matter needs at one look, and one material again. */
import { busy } from '../kit/busy.js';
import { problemNotice, say } from '../kit/notice.js';
import { isProblem } from '../page/client.js';
import { pick, t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';
import { fetched } from './fetched.js';

/**
 * @typedef {import('./types.d.ts').App} App
 * @typedef {import('./types.d.ts').Schemas['Case']} Case
 * @typedef {import('./types.d.ts').Schemas['PrefillMaterial']} Material
 */

/** The panel of an open using case. @param {App} app @param {Case} found */
export function fillingPanel(app, found) {
  const place = el('div', { id: 'materials' });
  const problem = problemNotice({ id: 'filling-problem' });
  /** @type {HTMLButtonElement} */
  const button = el('button', { type: 'button', class: 'button primary', id: 'prefill', onclick: () => busy(button, prefill) }, t('fill.do'));

  async function prefill() {
    say(problem, '');
    try {
      const { materials, purpose } = await api.prefill(found.id);
      show(place, materials.map((one) => material(one, purpose)));
    } catch (error) {
      failed(error, problem);
    }
  }

  /** @param {unknown} error @param {HTMLElement} at */
  function failed(error, at) {
    if (isProblem(error, 401)) app.sessionLost();
    else say(at, wordsFor(error));
  }

  /** @param {Material} one @param {string} purpose */
  function material(one, purpose) {
    const got = el('div', {}, one.licences.map(fetched));
    const state = el('span', { class: 'badge' }, pick(one.state_label));
    const why = el('p', { class: one.state === 'filled' ? 'hint' : 'fault', hidden: !one.reason }, one.reason ? pick(one.reason) : '');
    const refused = problemNotice({ id: null });
    /** @type {HTMLButtonElement} */
    const again = el('button', { type: 'button', class: 'button small', 'aria-label': t('fill.fetch_of', { kind: pick(one.kind_names) }), onclick: () => busy(again, fetchOne) }, t('fill.fetch'));

    async function fetchOne() {
      say(refused, '');
      try {
        const { id_type, id_number, name } = found.holder;
        const { licences } = await api.fetchLicences({ case: found.id, kind: one.kind, purpose, holder: { id_type, id_number, name } });
        const holds = licences.some(({ withheld }) => !withheld);
        show(state, t(holds ? 'fill.filled' : 'fill.absent'));
        why.hidden = true;
        show(got, licences.map(fetched));
      } catch (error) {
        failed(error, refused);
      }
    }

    return el(
      'section',
      { class: 'panel material', 'data-kind': one.kind, 'data-state': one.state },
      el('h3', {}, pick(one.kind_names)),
      el('p', { class: 'state-line' }, state, el('span', { class: 'quiet' }, pick(one.footing_label)), one.state === 'filled' ? null : again),
      why,
      refused,
      got,
    );
  }

  return el('section', { class: 'panel', id: 'filling' }, el('h2', {}, t('fill.title')), el('p', { class: 'hint' }, t('fill.hint')), el('div', { class: 'buttons' }, button), problem, place);
}
