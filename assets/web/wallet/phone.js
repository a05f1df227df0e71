/**
 * This phone: a key that never leaves it, and the grants that let it show licences with no network (profile H).
 *
 * Only cards with a live grant are kept here, each as it may be shown; the rest of the wallet is fetched when online.
 */
import * as api from './api.js';
import { now } from '../js/clock.js';
import { openStore } from '../shared/store.js';
import { setPin } from './pin-lock.js';

/** Less than this and a grant is not worth opening: the code would die while it is being scanned. */
const MARGIN = 30;

const store = await openStore('lz-wallet');

export { store };

/** Which account this browser's store belongs to; another account finds it empty. */
export async function belongsTo(login) {
  const owner = await store.get('owner');
  if (owner === login) return;
  await store.clear();
  await store.set('owner', login);
}

/** Forgets key, grants and cards; tells the server to drop this phone if it can be reached. */
export async function forget() {
  const device = await store.get('device');
  if (device) await api.dropDevice(device.id).catch(() => undefined);
  await store.clear();
}

/**
 * Fetches and keeps a grant for one licence in one scene. `card` is what the list shows of it.
 *
 * The PIN has been accepted by the server when this returns, so it also becomes the offline PIN.
 */
export async function prepare(card, scene, pin) {
  const device = await registered();
  let granted;
  try {
    granted = await api.grant(card.id, device.id, scene.code, pin);
  } catch (error) {
    if (error.status !== 404) throw error;
    // The server no longer knows this phone (it was dropped elsewhere): the key may be registered again.
    await store.delete('device');
    granted = await api.grant(card.id, (await registered()).id, scene.code, pin);
  }
  const kept = { card, scene, grant: granted.grant, expiresAt: granted.expires_at };
  await store.set(`grant/${card.id}/${scene.code}`, kept);
  await setPin(store, pin);
  return kept;
}

/** The grant kept for a licence in a scene, if it still lives. */
export async function grantFor(licence, scene) {
  const kept = await store.get(`grant/${licence}/${scene}`);
  return kept && alive(kept) ? kept : null;
}

/** All living grants; dead ones are cleared away. */
export async function grants() {
  const all = await store.all('grant/');
  await Promise.all(
    all.filter((kept) => !alive(kept)).map(({ card, scene }) => store.delete(`grant/${card.id}/${scene.code}`)),
  );
  return all.filter(alive);
}

/** The private key, usable but not readable. */
export async function signingKey() {
  return (await store.get('keys'))?.privateKey ?? null;
}

const alive = ({ expiresAt }) => expiresAt > now() + MARGIN;

async function registered() {
  const known = await store.get('device');
  if (known) return known;
  let keys = await store.get('keys');
  if (!keys) {
    keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    await store.set('keys', keys);
  }
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  const { id } = await api.addDevice({ kty, crv, x, y }, deviceName());
  const device = { id };
  await store.set('device', device);
  return device;
}

/** A name its owner recognises in a list of phones; not a fingerprint. */
function deviceName() {
  const agent = navigator.userAgent;
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'].find((name) => agent.includes(name));
  return `${system ?? 'Browser'} · ${new Date().toISOString().slice(0, 10)}`;
}
