/** Codes that this phone signs itself, behind the offline PIN. */
import { t } from '../page/i18n.js';
import { Refused } from '../page/words.js';
import { Offline } from './code.js';
import * as phone from './phone.js';
import { checkPin } from './pin-lock.js';

/**
 * The grant kept for this card and scene, once the offline PIN fits.
 *
 * @param {import('./types.d.ts').Card} card
 * @param {import('./types.d.ts').Scene} scene
 * @param {string} pin
 */
export async function unlocked(card, scene, pin) {
  const kept = await phone.grantFor(card.id, scene.code);
  if (!kept) throw new Refused(t('card.no_grant'));
  const { result, left } = await checkPin(phone.store, pin);
  if (result === 'wrong') throw new Refused(t('card.pin_wrong', { n: left }));
  if (result === 'not_counted') throw new Refused(t('card.pin_not_counted'));
  if (result === 'wiped') throw new Refused(t('card.pin_wiped'));
  return kept;
}

/**
 * Codes for `kept`; `answer` is the challenge they answer, `endsAt` when they end at the latest.
 *
 * @param {import('./types.d.ts').App} app
 * @param {import('./types.d.ts').Kept} kept
 * @param {{ answer?: import('./types.d.ts').Challenge | null, endsAt?: number }} [more]
 */
export async function ownCodes(app, kept, { answer = null, endsAt = undefined } = {}) {
  const [wallet, key] = await Promise.all([app.modules, phone.signingKey()]);
  if (!wallet || !key) throw new Refused(t('card.no_module'));
  return new Offline({ kept, key, wallet, answer, endsAt });
}
