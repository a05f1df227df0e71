/** Acts on a licence: what each will do, what it asks for, and doing it. */
import { line } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { keyOnce } from '../once.js';
import { dayPart } from './words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['IssuedLicence']} Licence
 */

/**
 * An act that is possible now, in the words it is asked in.
 *
 * @typedef {{ act: string, name: string, effect: string, twoPersons: boolean, proposal?: string | null }} Possible
 */

/** What a review may do, by who does it. @type {Record<string, import('../types.d.ts').Role>} */
const REVIEW = { submit: 'issuer_maker', approve: 'issuer_checker', send_back: 'issuer_checker' };

/**
 * The acts that are possible now: of a draft those of its review, of a licence what the server says is legal next.
 *
 * @param {App} app
 * @param {Licence} licence
 * @returns {Promise<Possible[]>}
 */
export async function possibleActs(app, licence) {
  const review = licence.acts.filter((act) => act in REVIEW);
  if (review.length > 0 || licence.identifier === null || licence.identifier === undefined) {
    const own = review.filter((act) => app.member.roles.includes(REVIEW[act]));
    return own.map((act) => ({ act, name: t(`licenceact.${act}`), effect: t(`licenceeffect.${act}`), twoPersons: false }));
  }
  const next = await api.nextActs(licence.id);
  return next.map((one) => ({ act: one.act, name: pick(one.act_label), effect: pick(one.effect), twoPersons: one.two_persons, proposal: one.proposal }));
}

/**
 * Asks what the act needs, says what it will do, and does it.
 *
 * @param {App} app
 * @param {Licence} licence
 * @param {Possible} possible
 */
export async function doAct(app, licence, { act, name, effect, twoPersons }) {
  const isReview = act in REVIEW;
  const needed = t('form.needed');
  const basis = isReview ? null : line({ label: t('act.legal_basis'), hint: t('act.legal_basis_hint'), needed, props: { maxlength: 500 } });
  const since = isReview ? null : line({ label: t('act.effective_at'), hint: t('act.effective_hint'), props: { type: 'datetime-local', class: 'short' } });
  const until = act === 'seize' ? dayPart({ label: t('act.until'), hint: t('act.until_hint') }) : null;
  const due = act === 'pass_inspection' ? dayPart({ label: t('act.due'), hint: t('act.due_hint') }) : null;
  const again = twoPersons ? line({ label: t('act.number_again'), hint: licence.identifier ?? '', needed, fits: (text) => (text === licence.identifier ? '' : t('act.number_differs')), props: { spellcheck: 'false', id: 'number-again' } }) : null;
  const parts = [basis, since, until, due, again].filter((part) => part !== null);
  const keyFor = keyOnce();
  const body = (/** @type {string | null} */ reason) => ({
    act,
    ...(reason === null ? {} : { reason }),
    ...(basis ? { legal_basis: basis.value() } : {}),
    ...(since?.value() ? { effective_at: inChina(since.value() ?? '') } : {}),
    ...(until?.value() ? { until: until.value() } : {}),
    ...(due?.value() ? { due: due.value() } : {}),
  });
  const done = await askAct(
    {
      act: name,
      title: t('issued.act_title', { act: name }),
      agree: twoPersons ? t('issued.propose', { act: name }) : name,
      effect,
      more: twoPersons ? el('div', { class: 'group' }, el('p', { class: 'notice problem' }, effect), el('p', {}, t('issued.two_persons'))) : null,
      grave: twoPersons,
      reason: act === 'submit' || act === 'approve' ? 'none' : 'needed',
      parts,
    },
    (reason) => api.actOnLicence(licence.id, body(reason), licence.version, keyFor(JSON.stringify(body(reason)))),
  );
  if (done) app.again(t(done.proposal ? 'issued.proposed' : 'issued.done', { act: name }));
}

/** Unix seconds of a wall clock in China. @param {string} text as `datetime-local` gives it */
const inChina = (text) => Math.floor(Date.parse(`${text}:00+08:00`) / 1000);
