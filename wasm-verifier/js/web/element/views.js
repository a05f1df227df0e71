/** What the element shows, state by state. Draws only; what happens then is handed in as functions. */
import { el } from '../shared/dom.js';
import { enterSubmits } from '../shared/field.js';
import { sign } from '../shared/shapes.js';

export function button(label, onclick, { primary = false, ...props } = {}) {
  return el('button', { type: 'button', class: primary ? 'button primary' : 'button', part: 'button', onclick, ...props }, label);
}

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

/** The question, and who asks it. */
export function asked({ t }, question, unit) {
  return el('div', { class: 'question' }, el('p', {}, t('widget.ask', { unit })), question.picture);
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

/** The camera's picture with what the camera can do; fill in the controls once it is open, and what lies in it into the hint. */
export function scanning({ t }, { stop }) {
  const video = el('video', { part: 'video', playsinline: true, muted: true, 'aria-label': t('widget.viewfinder') });
  // The attribute alone does not count for a video made by script, and one with sound would not start by itself.
  video.muted = true;
  const hint = el('p', { class: 'quiet', role: 'status', id: 'aim' }, t('widget.aim'));
  const controls = el('div', { class: 'buttons' }, button(t('widget.stop'), stop, { id: 'stop' }));
  const nodes = [el('div', { class: 'finder' }, video, el('div', { class: 'aim', 'aria-hidden': 'true' })), hint, controls];
  return { nodes, video, hint, controls };
}

/** Light and zoom, where the camera has them. */
export function cameraControls({ t }, camera) {
  const controls = [];
  if (camera.hasTorch) {
    const torch = button(t('widget.torch'), () => {
      const on = torch.getAttribute('aria-pressed') !== 'true';
      torch.setAttribute('aria-pressed', String(on));
      camera.setTorch(on);
    });
    torch.setAttribute('aria-pressed', 'false');
    controls.push(torch);
  }
  const { zoom } = camera;
  if (zoom) {
    const range = el('input', { type: 'range', min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: zoom.min });
    range.addEventListener('input', () => camera.setZoom(Number(range.value)));
    controls.push(el('label', { class: 'zoom' }, t('widget.zoom'), range));
  }
  return controls;
}

/** Something in the way, in words, with what can be done about it. */
export function problem({ t }, { title, advice = [], retry, retryLabel, details }) {
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('p', { class: 'problem-title' }, sign('triangle', 'bang'), el('span', {}, title)),
    advice.length > 0 ? el('ul', {}, advice.map((line) => el('li', {}, line))) : null,
    details ? el('p', { class: 'quiet' }, details) : null,
    retry ? el('div', { class: 'buttons' }, button(retryLabel ?? t('widget.retry'), retry, { id: 'retry' })) : null,
  );
}

/** Why there is no picture of the camera: a CameraError's reason, or `module`. */
export function noCameraTitle({ t }, reason) {
  return t(reason === 'module' ? 'verify.picture_module' : `widget.camera_${reason}`);
}

/** The same with what can be done about it, and instead. */
export function noCamera(words, reason) {
  const permission = reason === 'denied' ? [words.t('widget.advice_permission'), words.t('widget.advice_system')] : [];
  return problem(words, { title: noCameraTitle(words, reason), advice: [...permission, words.t('widget.advice_others')] });
}

/** The verdicts, what to do next, (if `countdown`) for how long they stay, and (if `camera`) what looks for the next one. */
export function results({ t }, cards, { next, renew, countdown, camera }) {
  return [
    ...cards,
    el(
      'div',
      { class: 'buttons after' },
      button(t('widget.next'), next, { primary: true, id: 'next' }),
      renew ? button(t('verify.update'), renew, { id: 'renew' }) : null,
      countdown ?? null,
    ),
    camera ? el('div', { class: 'beside' }, camera) : null,
  ];
}

/** Milliseconds between two looks at the clock. */
const LOOK_EVERY = 250;

/** Time until `over` is called, told in figures and not aloud, with a button that halts it. Runs until `end`. */
export class Countdown {
  /** Milliseconds there were when it was last set going or halted. */
  #left;
  #over;
  #words;
  /** When it is over, by the clock and not by ticks, which a sleeping computer does not count; null while halted. */
  #due = null;
  #timer;
  #text = el('span', { role: 'timer', 'aria-live': 'off' });
  #pause = button('', () => (this.#due === null ? this.#run() : this.#halt()), { id: 'pause' });
  #node = el('div', { class: 'countdown' }, this.#text, this.#pause);

  constructor(seconds, over) {
    this.#left = seconds * 1000;
    this.#over = over;
    this.#timer = setInterval(this.#look, LOOK_EVERY);
    // After a sleep this may come before the next tick.
    document.addEventListener('visibilitychange', this.#look);
    this.#due = Date.now() + this.#left;
  }

  /** The node, in the language of `words`. */
  shown(words) {
    this.#words = words;
    this.#draw();
    return this.#node;
  }

  /** Ends it for good; out of sight too, as what is shown beside it may stay a while. */
  end() {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
    this.#node.remove();
  }

  #run() {
    this.#due = Date.now() + this.#left;
    this.#draw();
  }

  #halt() {
    this.#left = this.#due - Date.now();
    this.#due = null;
    this.#draw();
  }

  #look = () => {
    if (this.#due === null) return;
    const left = this.#due - Date.now();
    // More than there was: the clock was set back, which must not lengthen it.
    if (left > 0 && left <= this.#left) this.#draw();
    else this.#over();
  };

  #draw() {
    const { t } = this.#words;
    const left = this.#due === null ? this.#left : this.#due - Date.now();
    this.#text.textContent = t('widget.clears_in', { n: Math.ceil(left / 1000) });
    this.#pause.textContent = t(this.#due === null ? 'widget.resume' : 'widget.pause');
  }
}
