/**
 * The server, as the wallet sees it. Requests from this page carry the `__Host-` session cookie by themselves; scripts
 * never see a token. Every answer also tells how far off this device's clock is.
 */
import { learn } from '../page/clock.js';
import { lang } from '../page/i18n.js';

/** Longest wait for an answer: after that a person in a basement should see what works without one. */
const PATIENCE_MS = 8000;

/** The server could not be reached. */
export class NoNetwork extends Error {}

/** The server said no: `status`, `code`, and words for people. `retryAfter` in seconds where it was told. */
export class Problem extends Error {
  constructor(response, body) {
    super(body.detail ?? body.title ?? String(response.status));
    this.status = response.status;
    this.code = body.code ?? '';
    this.body = body;
    this.retryAfter = Number(response.headers.get('Retry-After')) || null;
  }
}

export const login = (name, password) => call('POST', '/sessions', { login: name, password });
export const logout = () => call('DELETE', '/sessions/current');
export const licences = () => call('GET', '/wallet/licences');
export const openShow = (licence, scene, pin) => call('POST', `/wallet/licences/${licence}/show`, { scene, pin });
export const refreshShow = (show) => call('POST', `/wallet/shows/${show}/refresh`);
export const endShow = (show) => call('DELETE', `/wallet/shows/${show}`);
export const showPicture = async (show) => (await send('GET', `/wallet/shows/${show}.svg`)).blob();
export const addDevice = (jwk, name) => call('POST', '/wallet/devices', { jwk, name });
export const dropDevice = (device) => call('DELETE', `/wallet/devices/${device}`);
export const grant = (licence, device, scene, pin) =>
  call('POST', `/wallet/licences/${licence}/grant`, { device, scene, pin });

async function call(method, path, body) {
  const response = await send(method, path, body);
  return response.status === 204 ? null : response.json();
}

async function send(method, path, body) {
  const sent = Date.now();
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      'Accept-Language': lang,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause) => {
    throw new NoNetwork('no network', { cause });
  });
  learn(response, sent, Date.now());
  if (!response.ok) throw new Problem(response, await response.json().catch(() => ({})));
  return response;
}
