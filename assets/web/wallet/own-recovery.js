/** The owner of an account is told that it is being restored at a counter, and may object: it may not be he who asked. */
import { busy } from '../kit/busy.js';
import { problemNotice, say } from '../kit/notice.js';
import { moment, t } from '../page/i18n.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';

/** Without it the cards are there all the same. @param {import('./types.d.ts').App} app */
export function ownRecovery(app) {
  const node = el('section', { class: 'panel', id: 'recovering', 'aria-labelledby': 'recovering-title', hidden: true });
  const { begin } = turns();
  const late = begin();
  if (!app.offline) api.ownRecovery().then(({ recovery }) => late() || drawn(recovery), () => undefined);

  /** @param {import('./types.d.ts').Schemas['Recovery'] | null | undefined} recovery */
  function drawn(recovery) {
    if (recovery?.state !== 'asked' && recovery?.state !== 'confirmed') return;
    const problem = problemNotice({ id: 'recovering-problem' });
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button primary', id: 'object', onclick: () => busy(button, object) }, t('recovering.object'));
    const { effective_at: effective } = recovery;
    node.hidden = false;
    show(
      node,
      el('h2', { id: 'recovering-title', tabindex: '-1' }, t('recovering.title')),
      el('p', {}, effective ? t('recovering.confirmed', { time: moment(effective) }) : t('recovering.asked')),
      el('p', {}, t('recovering.what_to_do')),
      problem,
      button,
    );

    async function object() {
      say(problem, '');
      try {
        await api.objectToRecovery();
        show(node, el('h2', { id: 'recovering-title', tabindex: '-1' }, t('recovering.title')), el('p', { role: 'status' }, t('recovering.objected')));
        /** @type {HTMLElement} */ (node.querySelector('h2')).focus();
      } catch (error) {
        say(problem, wordsFor(error));
      }
    }
  }

  return { node, onLeave: () => begin() };
}
