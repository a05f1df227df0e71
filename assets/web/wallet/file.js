/** The licence's file: made after the PIN, with a code for the printed copy, and saved on the device. */
import { problemNotice, say } from '../kit/notice.js';
import { pinField } from '../kit/pin.js';
import { isProblem } from '../page/client.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import * as api from './api.js';

/**
 * @typedef {import('./types.d.ts').App} App
 * @typedef {import('./types.d.ts').Card} Card
 */

/**
 * @param {App} app
 * @param {Card} card
 */
export function filePanel(app, card) {
  const pin = pinField({ id: 'file-pin', 'aria-describedby': 'file-help' });
  const button = el('button', { type: 'submit', class: 'button secondary wide' }, t('file.make'));
  const problem = problemNotice({ id: 'file-problem' });
  const place = el('p', { role: 'status', id: 'file-saved' });

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    say(problem, '');
    show(place);
    try {
      await api.makeFile(card.id, pin.value);
      const file = await api.licenceFile(card.id);
      const href = URL.createObjectURL(new File([file], `${card.identifier}.ofd`, { type: 'application/ofd' }));
      const link = el('a', { href, download: `${card.identifier}.ofd`, class: 'button secondary' }, t('file.save'));
      show(place, link);
      link.focus();
    } catch (error) {
      if (isProblem(error, 401)) await app.load();
      else say(problem, wordsFor(error));
    } finally {
      pin.value = '';
      button.disabled = false;
    }
  }

  return el(
    'details',
    { class: 'panel', id: 'file' },
    el('summary', {}, t('file.title')),
    el(
      'form',
      { onsubmit: submitted },
      el('p', { class: 'quiet', id: 'file-help' }, t('file.help')),
      el('label', { for: 'file-pin' }, t('card.pin')),
      pin,
      problem,
      button,
      place,
    ),
  );
}
