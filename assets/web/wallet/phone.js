/**
 * This phone: a key that never leaves it, and the grants that let it show licences with no network (profile H).
 *
 * Only cards with a live grant are kept here, each as it may be shown; the rest of the wallet is fetched when online.
 */
import { isProblem } from '../page/client.js';
import { now } from '../page/clock.js';
import { openStore } from '../shared/store.js';
import * as api from './api.js';
import { isOwn } from './licence.js';
import { setPin } from './pin-lock.js';

/**
 * @typedef {import('./types.d.ts').Card} Card
 * @typedef {import('./types.d.ts').Scene} Scene
 * @typedef {import('./types.d.ts').Kept} Kept
 * @typedef {Pick<import('../shared/store.js').Store, 'get' | 'set' | 'delete'>} WorkingStore
 */

/** Less than this and a grant is not worth opening: the code would die while it is being scanned. */
const MARGIN = 30;

/** Where the browser keeps nothing the wallet still works, only not offline on the next visit. */
const store = await openStore('lz-wallet');

export { store };

/** Raised when the store is given up: what was begun before must not be kept after. */
let epoch = 0;

async function giveUp() {
  epoch += 1;
  await store.clear();
}

/** The store for one piece of work: once it is given up, it takes nothing more from that work. */
function workingStore() {
  const begun = epoch;
  function check() {
    if (begun !== epoch) throw new Error('what this phone kept was given up meanwhile');
  }
  /** @type {WorkingStore} */
  const working = {
    async get(key) {
      check();
      return store.get(key);
    },
    async set(key, value) {
      check();
      return store.set(key, value);
    },
    async delete(key) {
      check();
      await store.delete(key);
    },
  };
  return working;
}

/**
 * Which account this browser's store belongs to; another account finds it empty.
 *
 * @param {import('./types.d.ts').Principal} principal
 */
export async function belongsTo(principal) {
  const owner = await store.get('owner');
  if (owner !== principal.login) {
    // What a store cannot erase it does not read any more: what was the former owner's stays unseen.
    await giveUp().catch(() => undefined);
    await store.set('owner', principal.login);
  }
}

/** Whether somebody is logged in here as far as this phone knows. */
export async function hasOwner() {
  return (await store.get('owner')) !== undefined;
}

/** Another tab has wiped what is kept: what was begun here must not be kept after. */
export function wiped() {
  epoch += 1;
}

/**
 * Drops the grants of licences that the server's `cards` do not show any more: of the own ones, or of those of others.
 *
 * @param {Card[]} cards
 * @param {'own' | 'others'} whose
 */
export async function keepOnly(cards, whose) {
  const showable = new Set(cards.filter((card) => card.showable && !card.viewOnly).map(({ id }) => id));
  /** @type {Kept[]} */
  const all = await store.all('grant/');
  const gone = all.filter(({ card }) => isOwn(card) === (whose === 'own') && !showable.has(card.id));
  await Promise.all(gone.map(({ card, scene }) => store.delete(`grant/${card.id}/${scene.code}`)));
}

/** Forgets key, grants and cards; tells the server to drop this phone if it can be reached. */
export async function forget() {
  const device = await store.get('device');
  // First what lies here: the page may be closed before the server has answered.
  await giveUp();
  if (device) await api.dropDevice(device.id).catch(() => undefined);
}

/** This phone's id at the server; null while it has none. @returns {Promise<string | null>} */
export const ownDevice = async () => (await store.get('device'))?.id ?? null;

/** Puts this phone out of use, as a lost one: key and grants go, whoever is logged in stays. */
export async function dropThis() {
  const [device, owner] = await Promise.all([store.get('device'), store.get('owner')]);
  if (device) await api.dropDevice(device.id);
  await giveUp();
  if (owner !== undefined) await store.set('owner', owner);
}

/**
 * Fetches and keeps a grant for one licence in one scene. `card` is what the list shows of it.
 *
 * The PIN has been accepted by the server when this returns, so it also becomes the offline PIN.
 *
 * @param {Card} card
 * @param {Scene} scene
 * @param {api.Proof} proof
 * @returns {Promise<Kept>}
 */
export async function prepare(card, scene, proof) {
  const mine = workingStore();
  const device = await registered(mine);
  let granted;
  try {
    granted = await api.grant(card.id, device.id, scene.code, proof);
  } catch (error) {
    if (!isProblem(error, 404)) throw error;
    // The server no longer knows this phone (it was dropped elsewhere): the key may be registered again.
    await mine.delete('device');
    granted = await api.grant(card.id, (await registered(mine)).id, scene.code, proof);
  }
  const kept = { card, scene, grant: granted.grant, expiresAt: granted.expires_at };
  await mine.set(`grant/${card.id}/${scene.code}`, kept);
  await setPin(mine, proof.pin);
  return kept;
}

/**
 * The grant kept for a licence in a scene, if it still lives.
 *
 * @param {string} licence
 * @param {string} scene
 * @returns {Promise<Kept | null>}
 */
export async function grantFor(licence, scene) {
  const kept = await store.get(`grant/${licence}/${scene}`);
  return kept && alive(kept) ? kept : null;
}

/** All living grants; dead ones are cleared away. */
export async function grants() {
  /** @type {Kept[]} */
  const all = await store.all('grant/');
  await Promise.all(
    all.filter((kept) => !alive(kept)).map(({ card, scene }) => store.delete(`grant/${card.id}/${scene.code}`)),
  );
  return all.filter(alive);
}

/** The cards this phone can show by itself, each in the scenes it holds a grant for. @returns {Promise<Card[]>} */
export async function cards() {
  /** @type {Map<string, Card>} */
  const held = new Map();
  for (const { card, scene } of await grants()) {
    const others = held.get(card.id)?.scenes ?? [];
    held.set(card.id, { ...card, scenes: [...others, scene] });
  }
  return [...held.values()];
}

/** The private key, usable but not readable. @returns {Promise<CryptoKey | null>} */
export async function signingKey() {
  return (await store.get('keys'))?.privateKey ?? null;
}

/** @param {Kept} kept */
const alive = ({ expiresAt }) => expiresAt > now() + MARGIN;

/**
 * This phone as the server knows it.
 *
 * @param {WorkingStore} mine the store for the work that needs it
 * @returns {Promise<{ id: string }>}
 */
async function registered(mine) {
  const known = await mine.get('device');
  if (known) return known;
  let keys = await mine.get('keys');
  if (!keys) {
    keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    await mine.set('keys', keys);
  }
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  const { id } = await api.addDevice({ kty, crv, x, y }, deviceName());
  const device = { id };
  await mine.set('device', device);
  return device;
}

/** A name its owner recognises in a list of phones; not a fingerprint. */
function deviceName() {
  const agent = navigator.userAgent;
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'].find((name) => agent.includes(name));
  return `${system ?? 'Browser'} · ${new Date().toISOString().slice(0, 10)}`;
}
