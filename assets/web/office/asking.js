/** Asking before an act: what it will do, why it is done, and what more it needs. */
import { ask } from '../kit/dialog.js';
import { area } from '../kit/parts.js';
import { isProblem } from '../page/client.js';
import { t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el } from '../shared/dom.js';

/**
 * Asks, and does `then` with the reason when agreed; resolves to what it gave, or null where it was left.
 *
 * @template T
 * @param {object} asked
 * @param {string} asked.act what the act is called
 * @param {string} [asked.what] on what it is done
 * @param {string} [asked.title] in place of act and what
 * @param {string} [asked.agree] in place of the act's name on the button
 * @param {string} asked.effect what it will do
 * @param {HTMLElement | null} [asked.more] in place of the effect as a plain line
 * @param {boolean} [asked.grave] what is done cannot be undone
 * @param {'none' | 'optional' | 'needed'} asked.reason
 * @param {import('../kit/parts.js').Part<any>[]} [asked.parts] what it needs beside the reason
 * @param {(reason: string | null) => Promise<T>} then
 * @returns {Promise<T | null>}
 */
export function askAct({ act, what = '', title = t('act.of', { act, what }), agree = act, effect, more = null, grave = false, reason, parts = [] }, then) {
  const why = reason === 'none' ? null : area({ label: t('act.reason'), needed: reason === 'needed' ? t('form.needed') : undefined, props: { maxlength: 500 } });
  const all = [...(why ? [why] : []), ...parts];
  return ask(
    { title, body: [more ?? el('p', {}, effect), all.map((part) => part.node)], agree, leave: t('do.cancel'), grave, missing: () => all.flatMap((part) => part.missing()) },
    () => then(why?.value() ?? null),
    (error) => (isProblem(error, 412) ? t('act.stale') : wordsFor(error)),
  );
}
