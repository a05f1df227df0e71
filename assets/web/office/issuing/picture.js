/** A picture on a licence: sent as soon as it is chosen, since the draft names it by what the server answers. */
import { labelled } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/**
 * @param {{ label: string, value: string | undefined, needed: string | undefined, src: string | null }} options
 *   `src`: where the picture of `value` is, if it is on a draft or licence already
 * @returns {import('../../kit/parts.js').Part<string | null>}
 */
export function picturePart({ label, value, needed, src }) {
  const control = el('input', { type: 'file', accept: 'image/png,image/jpeg', 'aria-required': needed ? 'true' : null });
  const seen = el('div', { class: 'picture' });
  const { node, place } = labelled(control, { label, hint: t('draft.picture_hint'), after: seen });
  let id = value ?? null;
  let turn = 0;
  let sending = false;
  /** Where the picture of `id` is. */
  let from = src;

  const draw = () => show(seen, id ? [from ? el('img', { src: from, alt: label }) : el('p', { class: 'quiet' }, t('draft.picture_there')), needed ? null : el('button', { type: 'button', class: 'button small', onclick: remove }, t('draft.picture_remove'))] : null);

  function remove() {
    turn += 1;
    sending = false;
    id = null;
    control.value = '';
    draw();
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }

  async function send() {
    const [file] = control.files ?? [];
    if (!file) return;
    turn += 1;
    const mine = turn;
    sending = true;
    show(seen, el('p', { class: 'quiet', role: 'status' }, t('draft.picture_sending')));
    try {
      const kept = await api.sendPicture(file);
      if (mine !== turn) return;
      sending = false;
      id = kept.id;
      from = URL.createObjectURL(file);
      draw();
      control.dispatchEvent(new Event('input', { bubbles: true }));
    } catch (error) {
      if (mine !== turn) return;
      sending = false;
      control.value = '';
      draw();
      place.tell(wordsFor(error));
    }
  }

  control.addEventListener('change', send);
  draw();
  return {
    node,
    value: () => id,
    place: () => place,
    missing() {
      if (sending) return [{ place, words: t('draft.picture_sending') }];
      return needed && !id ? [{ place, words: needed }] : [];
    },
    refresh: () => undefined,
  };
}

/** A picture of a draft or licence. @param {string} licence @param {string} field */
export const pictureOf = (licence, field) => `/api/v1/licences/${licence}/pictures/${field}`;
