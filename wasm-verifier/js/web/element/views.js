/** What the element shows, state by state. Draws only; what happens then is handed in as functions. */
import { button } from '../shared/button.js';
import { el } from '../shared/dom.js';
import { enterSubmits } from '../shared/field.js';

export function loading({ t }) {
  return el('p', { class: 'state', role: 'status' }, t('widget.loading'));
}

/** Scan, choose a picture, paste; `asks`: what is scanned is the answer to a question. */
export function ready({ t }, { start, chosen, pasted, asks }) {
  const text = el('textarea', {
    rows: '3',
    spellcheck: 'false',
    autocomplete: 'off',
    placeholder: 'EL1:…',
    id: 'text',
    'data-codes': true,
    onkeydown: enterSubmits,
  });
  const paste = el(
    'form',
    {
      hidden: true,
      class: 'paste',
      onsubmit: (event) => {
        event.preventDefault();
        pasted(text.value);
      },
    },
    el('label', { for: 'text' }, t('verify.paste')),
    text,
    el('button', { type: 'submit', class: 'button', part: 'button' }, t('verify.verify')),
  );
  const openPaste = button(t('widget.paste'), () => {
    paste.hidden = !paste.hidden;
    openPaste.setAttribute('aria-expanded', String(!paste.hidden));
    if (!paste.hidden) text.focus();
  });
  openPaste.setAttribute('aria-expanded', 'false');
  return [
    button(t(asks ? 'widget.scan_answer' : 'widget.scan'), start, { primary: true, id: 'scan' }),
    el('div', { class: 'buttons' }, picker({ t }, chosen), openPaste),
    paste,
    el('p', { class: 'quiet' }, t('widget.wedge')),
  ];
}

/** The button and the file input it stands for, as on the page: the input keeps focus and name. */
function picker({ t }, chosen) {
  const input = el('input', { type: 'file', id: 'picture', accept: 'image/*', class: 'visually-hidden' });
  input.addEventListener('change', () => {
    const [file] = input.files;
    if (file) chosen(file);
  });
  return [input, el('label', { for: 'picture', class: 'button file', part: 'button' }, t('verify.picture'))];
}

/** The verdicts, what to do next, (if `countdown`) for how long they stay, and (if `camera`) what looks for the next one. */
export function results({ t }, cards, { next, renew, countdown, camera }) {
  return [
    ...cards,
    el(
      'div',
      { class: 'buttons after' },
      button(t('scan.next'), next, { primary: true, id: 'next' }),
      renew ? button(t('verify.update'), renew, { id: 'renew' }) : null,
      countdown ?? null,
    ),
    camera,
  ];
}
