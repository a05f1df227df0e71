/** Looking at somebody for a reason, which is kept: what an auditor does. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { line } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';

/** Asks why, then looks. @param {(reason: string) => Promise<unknown>} look */
export function reasonForm(look) {
  const why = line({ label: t('people.look_why'), hint: t('people.look_hint'), needed: t('form.needed'), props: { maxlength: 200 } });
  const problem = problemNotice();
  const button = el('button', { type: 'submit', class: 'button primary' }, t('people.look_do'));
  return el('form', { class: 'form', novalidate: true, onsubmit: submitted }, why.node, problem, el('div', { class: 'buttons' }, button));

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    const [missing] = why.missing();
    if (missing) {
      missing.place.tell(missing.words);
      missing.place.focus();
      return;
    }
    say(problem, '');
    void busy(button, () => look(why.value() ?? '').catch((error) => say(problem, wordsFor(error))));
  }
}
