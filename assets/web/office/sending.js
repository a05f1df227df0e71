/** A form that is sent to the server: what is missing is told before, what the server finds wrong at the very field. */
import { busy } from '../kit/busy.js';
import { faultList } from '../kit/faults.js';
import { problemNotice, say } from '../kit/notice.js';
import { isProblem, Problem } from '../page/client.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el } from '../shared/dom.js';
import { memberWords } from './catalogue/words.js';

/**
 * @typedef {import('./types.d.ts').App} App
 *
 * @typedef {object} Stale
 * @property {() => Promise<void>} reread reads which version there is now, so that it is written over knowingly
 * @property {() => void} discard gives up what was typed
 *
 * @typedef {object} Sending
 * @property {App} app
 * @property {import('../kit/parts.js').Part<any>} part
 * @property {string} agree what the button says
 * @property {string} back the address the form is left to
 * @property {(body: any, andThen: boolean) => Promise<void>} send `andThen`: by the further button
 * @property {(error: Problem) => boolean} [refused] deals with a refusal that the form knows more about; false for others
 * @property {Stale} [stale] deals with another's having saved meanwhile; without it that is told only
 * @property {import('../shared/dom.js').Children} [beside] what stands beside the buttons
 * @property {HTMLButtonElement[]} [more] further buttons, which stand still with the first
 * @property {string} [underWay] what is told while it is on its way, where that takes long
 * @property {(pointer: string) => string} [where] words for the place that a JSON pointer of the server's means
 */

/** @param {Sending} options */
export function sendingForm({ app, part, agree, back, send, refused = () => false, stale, beside = null, more = [], underWay = '', where = memberWords }) {
  const faults = faultList({ title: (n) => t('form.faults', { n }) });
  const problem = problemNotice();
  const overwrite = el('div', { class: 'buttons', id: 'overwrite', hidden: true },
    el('button', { type: 'button', class: 'button', onclick: takeOver }, t('editor.overwrite')),
    el('button', { type: 'button', class: 'button', onclick: () => stale?.discard() }, t('editor.discard')),
  );
  const bar = el('div', { id: 'under-way', hidden: true }, el('p', { id: 'under-way-label', role: 'status' }), el('progress', { 'aria-labelledby': 'under-way-label' }));
  const button = el('button', { type: 'submit', class: 'button primary', id: 'save' }, agree);
  const form = el(
    'form',
    {
      class: 'form',
      id: 'editor',
      novalidate: true,
      oninput: () => part.refresh(),
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        submit();
      },
    },
    part.node,
    underWay ? bar : null,
    el('div', { class: 'buttons sticky' }, button, more, el('a', { class: 'button', href: `#${back}` }, t('do.leave')), beside),
  );

  /** A second press while the first is on its way is none: what it would send is there already. */
  const submit = (andThen = false) => busy([button, ...more], () => submitted(andThen));

  /** @param {boolean} andThen */
  async function submitted(andThen) {
    faults.clear();
    say(problem, '');
    overwrite.hidden = true;
    const missing = part.missing();
    if (missing.length > 0) {
      faults.tell(missing.map(({ place, words }) => ({ place, words, line: t('form.fault_at', { where: place.label, what: words }) })));
      return;
    }
    tellUnderWay(true);
    try {
      await send(part.value(), andThen);
    } catch (error) {
      failed(error);
    } finally {
      tellUnderWay(false);
    }
  }

  /** @param {boolean} is */
  function tellUnderWay(is) {
    bar.hidden = !is;
    /** @type {HTMLElement} */ (bar.firstElementChild).textContent = is ? underWay : '';
  }

  /** @param {unknown} error */
  function failed(error) {
    if (isProblem(error, 401)) {
      app.sessionLost();
      return;
    }
    if (error instanceof Problem && refused(error)) return;
    const errors = error instanceof Problem ? (error.body.errors ?? []) : [];
    if (errors.length > 0) {
      faults.tell(errors.map(({ pointer, detail }) => ({ place: part.place(pointer.split('/').slice(1)), words: detail, line: t('form.fault_at', { where: where(pointer), what: detail }) })));
      return;
    }
    const isStale = isProblem(error, 412);
    overwrite.hidden = !isStale || !stale;
    say(problem, isStale ? t(stale ? 'editor.stale' : 'form.stale') : wordsFor(error));
    problem.scrollIntoView({ block: 'nearest' });
  }

  /** What somebody else has written meanwhile is written over, knowingly. */
  async function takeOver() {
    overwrite.hidden = true;
    try {
      await stale?.reread();
    } catch (error) {
      failed(error);
      overwrite.hidden = false;
      return;
    }
    await submit();
  }

  const above = [problem, overwrite, faults.node];
  return { above, form, nodes: [above, form], submit, failed };
}
