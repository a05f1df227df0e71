/** The routes of the server that the wallet uses. */
import { call, send } from '../page/client.js';

/** @typedef {import('./types.d.ts').Schemas} Schemas */

/** @type {(login: string, password: string) => Promise<Schemas['Session']>} */
export const login = (login, password) => call('POST', '/sessions', { login, password });

/** @type {() => Promise<null>} */
export const logout = () => call('DELETE', '/sessions/current');

/** @type {() => Promise<Schemas['Me']>} */
export const me = () => call('GET', '/me');

/** @type {() => Promise<Schemas['PageOfCard']>} */
export const licences = () => call('GET', '/wallet/licences');

/** @type {(licence: string, scene: string, pin: string) => Promise<Schemas['Shown']>} */
export const openShow = (licence, scene, pin) => call('POST', `/wallet/licences/${licence}/show`, { scene, pin });

/** @type {(show: string) => Promise<Schemas['Shown']>} */
export const refreshShow = (show) => call('POST', `/wallet/shows/${show}/refresh`);

/** @type {(show: string) => Promise<null>} */
export const endShow = (show) => call('DELETE', `/wallet/shows/${show}`);

/** @type {(show: string) => Promise<Blob>} */
export const showPicture = async (show) => (await send('GET', `/wallet/shows/${show}.svg`)).blob();

/** @type {(jwk: JsonWebKey, name: string) => Promise<Schemas['Device']>} */
export const addDevice = (jwk, name) => call('POST', '/wallet/devices', { jwk, name });

/** @type {(device: string) => Promise<null>} */
export const dropDevice = (device) => call('DELETE', `/wallet/devices/${device}`);

/** @type {(licence: string, device: string, scene: string, pin: string) => Promise<Schemas['OfflineGrant']>} */
export const grant = (licence, device, scene, pin) =>
  call('POST', `/wallet/licences/${licence}/grant`, { device, scene, pin });
