/** The holder's side: packs, unpacks and draws codes, and prepares what the phone's own key signs. */
import { guarded, text } from './errors.js';
import { load } from './load.js';
import init, * as native from './wallet_wasm.js';

export { LiangzhengError } from './errors.js';

await load(init, new URL('./wallet_wasm_bg.wasm', import.meta.url), 'wallet_wasm_bg.wasm');

export const pack = (presentation) => guarded(() => native.pack(text(presentation, 'presentation')));
export const unpack = (code) => guarded(() => native.unpack(text(code, 'code')));
export const qrSvg = (code) => guarded(() => native.qrSvg(text(code, 'code')));
export const readChallenge = (code) => guarded(() => JSON.parse(native.readChallenge(text(code, 'challenge'))));
export const makeChallenge = ({ aud, rp, scene, nonce = freshNonce() }) =>
  guarded(() =>
    native.makeChallenge(text(aud, 'audience'), text(rp, 'unit'), text(scene, 'scene'), text(nonce, 'nonce')),
  );
export const kbSigningInput = (grant, audience, nonce, iat) =>
  guarded(() =>
    native.kbSigningInput(text(grant, 'grant'), text(audience, 'audience'), text(nonce, 'nonce'), iat),
  );
export const presentation = (grant, signingInput, signature) =>
  guarded(() =>
    native.presentation(text(grant, 'grant'), text(signingInput, 'signing input'), new Uint8Array(signature)),
  );

/** 96 random bits as base64url: the nonce of a proof that answers no challenge. */
export function freshNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * Shows `grant` with the phone's key: a fresh code, made with no server.
 *
 * `key` is a WebCrypto ECDSA P-256 private key; it may (and should) be non-extractable. `iat` is unix seconds.
 */
export async function show(grant, key, { audience, nonce = freshNonce(), iat }) {
  const signingInput = kbSigningInput(grant, audience, nonce, iat);
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    new TextEncoder().encode(signingInput),
  );
  return pack(presentation(grant, signingInput, signature));
}
