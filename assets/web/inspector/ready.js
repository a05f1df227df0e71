/** What one begins with: the scene, and every way in which a code comes in. Draws; what happens then is handed in. */
import { t } from '../page/i18n.js';
import { button } from '../shared/button.js';
import { el } from '../shared/dom.js';
import { enterSubmits } from '../shared/field.js';

/** What can be chosen: pictures, and licence files. */
const FILES = 'image/*,.ofd,application/ofd';

/**
 * @param {{ choices: HTMLElement[], asks: boolean }} state the choices that stay from one person to the next; whether what is scanned answers a question
 * @param {{
 *   start: () => unknown,
 *   chosen: (file: File) => unknown,
 *   pasted: (text: string) => unknown,
 *   short: ((digits: string) => unknown) | null,
 * }} acts `short`: what is done with a short code; null where nobody may ask what one stands for
 */
export function readyView({ choices, asks }, { start, chosen, pasted, short }) {
  const text = el('textarea', {
    id: 'code',
    name: 'code',
    rows: '4',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'EL1:…',
    'data-codes': true,
    onkeydown: enterSubmits,
  });
  const paste = drawer('paste', t('inspector.paste'), text, {
    label: t('verify.paste'),
    submit: t('verify.verify'),
    given: () => pasted(text.value),
  });
  const digits = el('input', { id: 'digits', name: 'digits', inputmode: 'numeric', autocomplete: 'off', maxlength: '12', placeholder: '1234 5678' });
  const byDigits =
    short &&
    drawer('short', t('inspector.short'), digits, {
      label: t('inspector.short_label'),
      submit: t('verify.verify'),
      given: () => short(digits.value),
    });
  return el(
    'section',
    { class: 'panel input', 'aria-label': t('verify.title') },
    button(t(asks ? 'inspector.scan_answer' : 'inspector.scan'), start, { primary: true, id: 'scan', class: 'button primary scan' }),
    el('div', { class: 'buttons' }, picker(chosen), paste.opener, byDigits?.opener),
    paste.form,
    byDigits?.form,
    el('p', { class: 'quiet' }, t('inspector.drop')),
    ...choices,
  );
}

/**
 * A small form behind a button, so that what most people come for stands alone.
 *
 * @param {string} name
 * @param {string} label of its button
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {{ label: string, submit: string, given: () => unknown }} words
 */
function drawer(name, label, field, { label: fieldLabel, submit, given }) {
  const form = el(
    'form',
    {
      id: `${name}-form`,
      class: 'drawer',
      hidden: true,
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        given();
      },
    },
    el('label', { for: field.id }, fieldLabel),
    field,
    el('button', { class: 'button', type: 'submit' }, submit),
  );
  const opener = button(
    label,
    () => {
      form.hidden = !form.hidden;
      opener.setAttribute('aria-expanded', String(!form.hidden));
      if (!form.hidden) field.focus();
    },
    { id: `open-${name}`, 'aria-expanded': 'false', 'aria-controls': form.id },
  );
  return { form, opener };
}

/** The eight digits of a short code, however they were typed; null if they are none. @param {string} typed */
export function digitsIn(typed) {
  const digits = typed.normalize('NFKC').replace(/[\s-]/g, '');
  return /^\d{8}$/.test(digits) ? digits : null;
}

/** @param {(file: File) => unknown} chosen */
function picker(chosen) {
  const input = el('input', {
    type: 'file',
    id: 'picture',
    accept: FILES,
    class: 'visually-hidden',
    onchange: () => {
      const file = input.files?.[0];
      // Choosing the same file again must count as a choice.
      if (file) chosen(file);
      input.value = '';
    },
  });
  return [input, el('label', { for: 'picture', class: 'button file' }, t('inspector.picture'))];
}
