/** The routes of the server that the wallet uses. */
import { call, send } from '../page/client.js';

/** @typedef {import('./types.d.ts').Schemas} Schemas */

/** @type {(login: string, password: string, totp?: string) => Promise<Schemas['Session']>} */
export const login = (login, password, totp) =>
  call('POST', '/sessions', { login, password, ...(totp ? { totp } : {}) });

/** @type {() => Promise<Schemas['LoginWays']>} */
export const loginWays = () => call('GET', '/login');

/** @type {() => Promise<null>} */
export const logout = () => call('DELETE', '/sessions/current');

/** @type {() => Promise<Schemas['Me']>} */
export const me = () => call('GET', '/me');

/** Whether the own account is being restored at a counter. @type {() => Promise<Schemas['OwnRecovery']>} */
export const ownRecovery = () => call('GET', '/me/recovery');

/** @type {() => Promise<Schemas['Recovery']>} */
export const objectToRecovery = () => call('POST', '/me/recovery', { act: 'object' });

/** @type {() => Promise<Schemas['PageOfOwnSession']>} */
export const sessions = () => call('GET', '/me/sessions');

/** @type {(id: string) => Promise<null>} */
export const endSession = (id) => call('DELETE', `/me/sessions/${id}`);

/** @type {() => Promise<null>} */
export const endOtherSessions = () => call('DELETE', '/me/sessions');

/** @type {(old_password: string, new_password: string) => Promise<null>} */
export const changePassword = (old_password, new_password) =>
  call('PUT', '/me/password', { old_password, new_password });

/** @type {(by: { old_pin?: string, password?: string }, new_pin: string) => Promise<null>} */
export const changePin = (by, new_pin) => call('PUT', '/me/pin', { ...by, new_pin });

/** @type {(password: string) => Promise<Schemas['BegunTotp']>} */
export const beginTotp = (password) => call('POST', '/me/totp', { password });

/** @type {(code: string) => Promise<Schemas['RecoveryCodes']>} */
export const confirmTotp = (code) => call('POST', '/me/totp/confirmation', { code });

/** @type {(code: string) => Promise<null>} */
export const removeTotp = (code) => call('DELETE', '/me/totp', { code });

/** The own cards, or those of a holder one acts for. @type {(holder?: string) => Promise<Schemas['PageOfCard']>} */
export const licences = (holder) => call('GET', holder ? `/wallet/licences?for=${holder}` : '/wallet/licences');

/** The cards of all holders one acts for, or who delegated some to one. @type {() => Promise<import('./types.d.ts').Card[]>} */
export async function cardsOfOthers() {
  const [{ agencies }, delegated] = await Promise.all([me(), cardsDelegated()]);
  const shows = new Set(agencies.filter(({ acts }) => acts.length === 0 || acts.includes('show')).map(({ holder }) => holder.id));
  const sees = new Set(agencies.filter(({ acts }) => acts.length === 0 || acts.includes('view')).map(({ holder }) => holder.id));
  const pages = await Promise.all([...sees].map((holder) => licences(holder).then(({ items }) => items.map((card) => ({ ...card, viewOnly: !shows.has(holder) })))));
  const acting = pages.flat();
  return [...acting, ...delegated.filter(({ id }) => acting.every((card) => card.id !== id))];
}

/** A kind in force: its fields, and the template its cards are drawn by. @type {(code: string) => Promise<Schemas['KindEntry']>} */
export const kind = (code) => call('GET', `/kinds/${code}`);

/** Every field, unmasked. @type {(licence: string, pin: string) => Promise<Schemas['WholeFace']>} */
export const wholeFace = (licence, pin) => call('POST', `/wallet/licences/${licence}/face`, { pin });
/** The cards that were delegated to oneself, and accepted. @type {() => Promise<import('./types.d.ts').Card[]>} */
async function cardsDelegated() {
  const { items } = await delegations('received');
  const ids = new Set(items.filter(({ state }) => state === 'live' || state === 'accepted').map(({ licence }) => licence));
  // What was taken back between the two is no longer there.
  const cards = await Promise.all([...ids].map((id) => licence(id).catch(() => null)));
  return cards.flatMap((card) => (card?.footing.kind === 'delegate' ? [card] : []));
}

/** One card. @type {(id: string) => Promise<Schemas['Card']>} */
const licence = (id) => call('GET', `/wallet/licences/${id}`);

/** What proves that it is the holder himself: `totp` where more than the PIN is asked for. @typedef {{ pin: string, totp?: string }} Proof */

/** @param {Proof} proof */
const proven = ({ pin, totp }) => ({ pin, ...(totp ? { factor: { totp } } : {}) });

/** @type {(licence: string, scene: string, proof: Proof) => Promise<Schemas['Shown']>} */
export const openShow = (licence, scene, proof) => call('POST', `/wallet/licences/${licence}/show`, { scene, ...proven(proof) });

/** @type {(show: string) => Promise<Schemas['Shown']>} */
export const refreshShow = (show) => call('POST', `/wallet/shows/${show}/refresh`);

/** @type {(show: string) => Promise<Schemas['ShortCode']>} */
export const shortCode = (show) => call('POST', `/wallet/shows/${show}/short-code`);

/** @type {(show: string) => Promise<null>} */
export const endShow = (show) => call('DELETE', `/wallet/shows/${show}`);

/** @type {(show: string) => Promise<Blob>} */
export const showPicture = async (show) => (await send('GET', `/wallet/shows/${show}.svg`)).blob();

/** @type {(licence: string, pin: string) => Promise<Schemas['FileMade']>} */
export const makeFile = (licence, pin) => call('POST', `/wallet/licences/${licence}/file`, { pin });

/** @type {(licence: string) => Promise<Blob>} */
export const licenceFile = async (licence) => (await send('GET', `/licences/${licence}/file.ofd`)).blob();

/** @type {(jwk: JsonWebKey, name: string) => Promise<Schemas['Device']>} */
export const addDevice = (jwk, name) => call('POST', '/wallet/devices', { jwk, name });

/** @type {() => Promise<Schemas['PageOfDevice']>} */
export const devices = () => call('GET', '/wallet/devices');

/** @type {(device: string) => Promise<null>} */
export const dropDevice = (device) => call('DELETE', `/wallet/devices/${device}`);

/** @type {(licence: string, device: string, scene: string, proof: Proof) => Promise<Schemas['OfflineGrant']>} */
export const grant = (licence, device, scene, proof) =>
  call('POST', `/wallet/licences/${licence}/grant`, { device, scene, ...proven(proof) });

/** @type {(licence: string) => Promise<Schemas['PageOfOwnAct']>} */
export const acts = (licence) => call('GET', `/wallet/licences/${licence}/acts`);

/** @type {(licence: string) => Promise<Schemas['PageOfLicenceRequest']>} */
export const requests = (licence) => call('GET', `/wallet/licences/${licence}/requests`);

/** @type {(licence: string, act: Schemas['RequestedAct'], reason: string) => Promise<Schemas['Requested']>} */
export const ask = (licence, act, reason) => call('POST', `/wallet/licences/${licence}/requests`, { act, reason });

/** @type {(id: string) => Promise<null>} */
export const withdrawConsent = (id) => call('POST', `/wallet/consents/${id}/acts`, { act: 'withdraw' });

/** Of the own wallet, or of a holder's one acts for. @type {(holder?: string) => Promise<Schemas['PageOfNotice']>} */
export const notices = (holder) => call('GET', holder ? `/wallet/notices?limit=5&for=${holder}` : '/wallet/notices?limit=5');

/** A page of who used what, newest first. @type {(cursor?: string | null) => Promise<Schemas['PageOfUse']>} */
export const uses = (cursor) => call('GET', cursor ? `/wallet/uses?limit=50&cursor=${cursor}` : '/wallet/uses?limit=50');

/** @type {() => Promise<Schemas['PageOfGivenAuthorisation']>} */
export const authorisations = () => call('GET', '/wallet/authorisations?limit=200');

/** Who may be let use it, and what each would see. @type {(licence: string) => Promise<Schemas['PageOfAuthorisationOption']>} */
export const authorisationOptions = (licence) => call('GET', `/wallet/licences/${licence}/authorisation-options`);

/** @type {(given: object, proof: Proof) => Promise<Schemas['Authorised']>} */
export const authorise = (given, proof) => call('POST', '/wallet/authorisations', { ...given, ...proven(proof) });

/** @type {(id: string) => Promise<null>} */
export const withdrawAuthorisation = (id) => call('DELETE', `/wallet/authorisations/${id}`);

/** Of the own wallet, or of a holder's one acts for; what is received is always one's own. @type {(side: Schemas['DelegationSide'], holder?: string) => Promise<Schemas['PageOfDelegation']>} */
export const delegations = (side, holder) => call('GET', `/wallet/delegations?side=${side}&limit=200${holder ? `&for=${holder}` : ''}`);

/** @type {(given: object, proof: Proof) => Promise<Schemas['Delegated']>} */
export const delegate = (given, proof) => call('POST', '/wallet/delegations', { ...given, ...proven(proof) });

/** @type {(id: string, act: { act: Schemas['DelegationAct'], pin?: string }) => Promise<Schemas['ActedDelegation']>} */
export const actOnDelegation = (id, act) => call('POST', `/wallet/delegations/${id}/acts`, act);

/** @type {() => Promise<Schemas['OwnContact']>} */
export const contact = () => call('GET', '/me/contact');

/** @type {(email: string) => Promise<Schemas['OwnContact']>} */
export const askContact = (email) => call('PUT', '/me/contact', { email });

/** @type {(code: string) => Promise<Schemas['OwnContact']>} */
export const confirmContact = (code) => call('POST', '/me/contact/confirmation', { code });

/** @type {() => Promise<null>} */
export const removeContact = () => call('DELETE', '/me/contact');

/** What a counter asks, by the code on its screen. @type {(code: string) => Promise<Schemas['AskedAtCounter']>} */
export const counterRequest = (code) => call('GET', `/wallet/counter-requests/${encodeURIComponent(code)}`);

/** Answers it, once. @type {(code: string, answer: { act: 'agree' | 'refuse', licences?: string[] }, proof?: Proof) => Promise<Schemas['AnsweredAtCounter']>} */
export const answerCounter = (code, answer, proof) => call('POST', `/wallet/counter-requests/${encodeURIComponent(code)}/acts`, { ...answer, ...(proof ? proven(proof) : {}) });

/** @type {() => Promise<import('./types.d.ts').Schemas['Suggestions']>} */
export const suggestions = () => call('GET', '/wallet/suggestions');

/** @param {boolean} on */
export const wantSuggestions = (on) => call('PUT', '/wallet/suggestions', { on });
