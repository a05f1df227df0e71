/** Writing an entry: its form, what it will look like, and nothing typed is ever lost. */
import { clockTime, moment, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { bodyOf, choicesFor, FORMS } from '../catalogue/forms.js';
import { cardPreview } from '../catalogue/preview.js';
import { nameOf } from '../catalogue/words.js';
import { keptAs } from '../kept.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';
import { SAVE } from '../shortcuts.js';

/** @typedef {import('../types.d.ts').Sort} Sort */

/** Typing is kept, and the card drawn, once the fingers rest. */
const REST_MS = 400;

/** @type {import('../types.d.ts').Screen} */
export async function editorScreen(app, path) {
  const sort = /** @type {Sort} */ (path[0]);
  const code = path.length > 2 ? path[1] : null;
  const [choices, entry] = await Promise.all([choicesFor(app, sort), code === null ? null : api.entry(sort, code)]);
  const kept = keptAs(app.member.account.id, `${sort}.${code ?? 'new'}`);
  const before = kept.read();
  const keyFor = keyOnce();
  /** The version that is written over. @type {string | null} */
  let etag = before?.etag ?? entry?.etag ?? null;
  const form = FORMS[sort](before?.body ?? (entry ? bodyOf(entry) : {}), { app, choices, isNew: code === null });

  const status = el('p', { class: 'quiet', role: 'status', id: 'kept' });
  const preview = el('aside', { class: 'beside', 'aria-label': t('preview.title') });
  const back = code === null ? sort : `${sort}/${encodeURIComponent(code)}`;

  let resting = 0;
  /** Once it is saved, what was kept must not come back. */
  let over = false;
  const { above, form: node, submit } = sendingForm({
    app,
    part: { ...form, refresh: typed },
    agree: t('editor.save'),
    back,
    send,
    stale: {
      async reread() {
        etag = (await api.entry(sort, /** @type {string} */ (code))).etag;
      },
      discard,
    },
    more: [el('button', { type: 'button', class: 'button', id: 'save-submit', onclick: () => submit(true) }, t('editor.save_submit'))],
    beside: status,
  });

  function typed() {
    clearTimeout(resting);
    resting = setTimeout(rested, REST_MS);
  }

  /** Who leaves in the middle of a word finds that word again. */
  function flushed() {
    if (resting !== 0 && !over) kept.write(form.value(), etag);
  }

  function rested() {
    resting = 0;
    if (over) return;
    form.refresh();
    draw();
    const isKept = kept.write(form.value(), etag);
    status.textContent = t(isKept ? 'editor.kept' : 'editor.not_kept', { time: clockTime(Math.floor(Date.now() / 1000), false) });
  }

  function draw() {
    if (sort === 'kinds') show(preview, el('h2', {}, t('preview.title')), cardPreview(form.value()));
  }

  function discard() {
    over = true;
    kept.drop();
    app.again(t('editor.discarded'));
  }

  /** @param {any} body @param {boolean} andSubmit */
  async function send(body, andSubmit) {
    const saved = await written(body).catch((error) => {
      kept.write(form.value(), etag);
      throw error;
    });
    // From here on it is there: a failing submission must not make a second one.
    over = true;
    kept.drop();
    const there = `${sort}/${encodeURIComponent(saved.code)}`;
    if (!andSubmit) {
      app.go(there, t('editor.saved'));
      return;
    }
    try {
      await api.actOnEntry(sort, saved.code, 'submit', null, saved.etag);
      app.go(there, t('editor.submitted'));
    } catch (error) {
      app.go(there, t('editor.saved_not_submitted', { why: wordsFor(error) }));
    }
  }

  /** @param {any} body */
  const written = (body) => (code === null ? api.createEntry(sort, body, keyFor(JSON.stringify(body))) : api.editEntry(sort, code, body, etag ?? ''));

  draw();
  addEventListener('pagehide', flushed);
  return {
    title: code === null ? t(`new.${sort}`) : t('editor.title', { what: nameOf(app, entry) }),
    back: `#${back}`,
    nodes: [
      before
        ? el('div', { class: 'notice', id: 'restored' }, el('p', {}, t('editor.restored', { time: moment(Math.floor(before.at / 1000), false) })), el('button', { type: 'button', class: 'button small', onclick: discard }, t('editor.discard')))
        : null,
      entry?.state === 'published' ? el('p', { class: 'notice' }, t('editor.of_published', { n: entry.version })) : null,
      above,
      el('div', { class: sort === 'kinds' ? 'side-by-side' : '' }, node, sort === 'kinds' ? preview : null),
    ],
    onLeave: () => {
      flushed();
      clearTimeout(resting);
      removeEventListener('pagehide', flushed);
    },
    shortcuts: [{ keys: SAVE, what: t('editor.save'), run: () => submit() }],
  };
}
