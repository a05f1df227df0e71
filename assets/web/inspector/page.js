/** `/verify`: paste a code or give a picture of one; the verdict is made on this device, with or without a network. */
import { busy } from '../kit/busy.js';
import { say } from '../kit/notice.js';
import { heading, main } from '../page/frame.js';
import { pick, span, t, words } from '../page/i18n.js';
import { keepOffline } from '../page/offline.js';
import { storageNotice } from '../page/storage.js';
import { wordsFor as wordsForError } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import { enterSubmits } from '../shared/field.js';
import { codesIn, PictureError } from '../shared/pictures.js';
import { sorted, wordsFor } from '../shared/readings.js';
import { openStore } from '../shared/store.js';
import { clockHint, clockTrouble, syncTrouble } from '../shared/trouble.js';
import { TrustStore } from '../shared/trust.js';
import { verdictCard } from '../shared/verdict.js';
import { listen } from '../shared/wedge.js';
import { hasTexts } from '../shared/words.js';
import { fileCard, isLicenceFile } from './file.js';
import { matterChoice, outside, recorded } from './matters.js';

const now = () => Math.floor(Date.now() / 1000);

const chip = el('p', { class: 'chip', id: 'freshness', role: 'status' });
const notice = el('p', { class: 'notice', role: 'status' });
const storage = storageNotice();
const results = el('section', { id: 'results', 'aria-label': t('inspector.results') });
const scene = el('select', { id: 'scene', name: 'scene', onchange: () => show(results) });
const text = el('textarea', {
  id: 'code',
  name: 'code',
  rows: '4',
  spellcheck: 'false',
  autocomplete: 'off',
  autocapitalize: 'off',
  placeholder: 'EL1:…',
  'data-codes': true,
  oninput: nextTurn,
  onkeydown: enterSubmits,
});
/** The matter says in which scene. */
const matter = matterChoice(() => {
  scene.disabled = matter.chosen() !== null;
  scene.value = matter.chosen()?.scene ?? '';
  nextTurn();
});
const picture = el('input', { type: 'file', id: 'picture', accept: 'image/*,.ofd,application/ofd', class: 'visually-hidden', onchange: chosen });
/** @type {HTMLButtonElement} */
const update = el('button', { type: 'button', class: 'button secondary', onclick: () => sync() }, t('verify.update'));

/** @type {import('../shared/store.js').Store | null} */
let store = null;

/** @type {TrustStore | null} */
let trust = null;

/** Core's, from the module. @type {import('../shared/readings.js').Classify} */
let classify;

/** Raised with each new question, so that a slow picture's answer is not given to a later one. */
let turn = 0;

draw();
await start();

function draw() {
  heading(t('verify.title'));
  show(
    main(),
    el('div', { class: 'freshness' }, chip, update),
    notice,
    storage.node,
    el(
      'form',
      { class: 'panel input', onsubmit: submitted, ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(), ondrop: dropped },
      matter.node,
      el('label', { for: 'scene' }, t('inspector.scene')),
      scene,
      el('label', { for: 'code' }, t('verify.paste')),
      text,
      el(
        'div',
        { class: 'buttons' },
        el('button', { class: 'button primary', type: 'submit' }, t('verify.verify')),
        el('label', { for: 'picture', class: 'button secondary file' }, t('verify.picture')),
        picture,
        el('button', { class: 'button secondary', type: 'button', onclick: clear }, t('inspector.clear')),
      ),
      el('p', { class: 'quiet' }, t('inspector.drop')),
    ),
    matter.asked,
    results,
    el('p', { class: 'quiet' }, t('inspector.local')),
  );
}

async function start() {
  drawScenes([]);
  drawChip();
  const offline = keepOffline();
  try {
    const module = await import('/assets/wasm/verifier.js');
    ({ classify } = module);
    store = await openStore('lz-verify');
    trust = new TrustStore(store, module.Verifier, { server: location.origin });
    await trust.load();
  } catch (error) {
    tell(t('inspector.no_module'));
    throw error;
  }
  drawHeld();
  listen({ element: document.body, take: (code) => judge([code]) });
  // Who is no inspector, or has no network, verifies without.
  void matter.load();
  await sync();
  document.documentElement.dataset.ready = (await offline) ? 'offline' : 'online';
  setInterval(drawChip, 30_000);
}

async function sync() {
  await busy(update, async () => {
    try {
      await trust?.sync(now());
      tell('');
    } catch (error) {
      tell(syncTrouble(error, trust, words));
    } finally {
      drawHeld();
    }
  });
}

function drawHeld() {
  drawScenes(trust?.verifier?.held().scenes ?? []);
  drawChip();
  if (store) storage.draw(store);
}

/** @param {{ code: string, names: import('/assets/wasm/verifier.js').Text }[]} scenes */
function drawScenes(scenes) {
  const chosenBefore = scene.value;
  show(
    scene,
    el('option', { value: '' }, t('inspector.any_scene')),
    scenes.map(({ code, names }) => el('option', { value: code }, pick(names))),
  );
  scene.value = scenes.some(({ code }) => code === chosenBefore) ? chosenBefore : '';
}

/** The chip tells the age of the oldest list held. */
function drawChip() {
  const freshness = trust?.freshness(now()) ?? null;
  if (!freshness) {
    chip.className = 'chip chip-none';
    show(chip, t('verify.chip_none'));
    return;
  }
  const { age, old } = freshness;
  chip.className = old ? 'chip chip-old' : 'chip chip-ready';
  show(chip, old ? '! ' : '● ', t(old ? 'verify.chip_old' : 'verify.chip_ready', { span: span(age) }));
}

/** @param {SubmitEvent} event */
function submitted(event) {
  event.preventDefault();
  if (text.value.trim() === '') {
    nextTurn();
    tell(t('verify.nothing'));
    text.focus();
    return;
  }
  judge([text.value]);
}

function chosen() {
  const file = picture.files?.[0];
  if (file) read(file);
  // Choosing the same file again must count as a choice.
  picture.value = '';
}

/** @param {DragEvent} event */
function dropped(event) {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) read(file);
}

/** @param {File} file */
async function read(file) {
  const mine = nextTurn();
  tell(t('verify.reading'));
  if (await isLicenceFile(file)) {
    await readLicence(file, mine);
    return;
  }
  try {
    const codes = await codesIn(file, () => import('/assets/wasm/scanner.js'));
    if (mine !== turn) return;
    const { licences, others } = sorted(codes, classify);
    if (licences.length > 0) judge(licences, wordsFor(others, words));
    else tell(codes.length === 0 ? t('verify.no_code') : `${t('verify.no_licence_code')}${wordsFor(others, words)}`);
  } catch (error) {
    if (mine === turn) tell(t(error instanceof PictureError ? `verify.picture_${error.reason}` : 'verify.failed'));
  }
}

/**
 * @param {File} file
 * @param {number} mine
 */
async function readLicence(file, mine) {
  try {
    const card = await fileCard(file);
    if (mine !== turn) return;
    tell('');
    show(results, card);
    results.querySelector('h2')?.focus();
  } catch (error) {
    if (mine === turn) tell(wordsForError(error));
  }
}

/**
 * One card per code, and `beside` them a word on other codes in the picture.
 *
 * @param {string[]} codes
 */
function judge(codes, beside = '') {
  nextTurn();
  tell(beside);
  const verifier = trust?.verifier;
  if (!verifier) {
    tell(clockTrouble(trust, words) || t('verify.no_lists'));
    return;
  }
  try {
    const within = matter.chosen();
    const options = { now: now(), scene: within?.scene ?? (scene.value || null) };
    const card = (/** @type {string} */ code) => {
      const verdict = verifier.verify(code, options);
      const drawn = verdictCard(verdict, code, words, { raw: true, hint: clockHint(verdict, trust, words) });
      return within ? [drawn, noted(within, verdict, code)] : drawn;
    };
    show(results, codes.map(card));
  } catch (error) {
    tell(hasTexts(error) ? pick(error.texts) : t('verify.failed'));
    return;
  }
  results.querySelector('h2')?.focus();
}

/**
 * What the matter says of a verdict: that it looks at other licences, or that the server has recorded it.
 *
 * @param {import('./matters.js').InspectionMatter} within
 * @param {import('/assets/wasm/verifier.js').Verdict} verdict
 * @param {string} code
 */
function noted(within, verdict, code) {
  const note = el('p', { class: 'notice noted', role: 'status' }, outside(within, verdict));
  if (note.textContent === '') {
    say(note, t('inspector.recording'));
    recorded(within, code).then((message) => say(note, message));
  }
  return note;
}

function clear() {
  text.value = '';
  nextTurn();
  text.focus();
}

/** No verdict stays beside another question than its own. */
function nextTurn() {
  turn += 1;
  show(results);
  tell('');
  return turn;
}

/** What is told in passing; a wrong clock is told for as long as it is wrong. @param {string} message */
function tell(message) {
  const clock = clockTrouble(trust, words);
  say(notice, message.includes(clock) ? message : `${clock} ${message}`.trim());
}
