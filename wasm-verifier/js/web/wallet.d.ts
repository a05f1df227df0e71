export { LiangzhengError, type Text } from './errors.js';

/** What a verifier asks a phone to answer (the content of an `EC1:` code). */
export interface Challenge {
  /** Audience class of the scene. */
  aud: string;
  /** Code of the verifying unit; its name comes from the catalogue, never from here. */
  rp: string;
  scene: string;
  nonce: string;
  /** `aud` of the proof that answers it: `<class>#<rp>`. */
  proof_audience: string;
}

/** The QR text (`EL1:…`) of a presentation. */
export function pack(presentation: string): string;
/** The presentation in a QR text; nothing is verified. */
export function unpack(text: string): string;
/** The code as an SVG picture: level L, quiet zone of four modules. */
export function qrSvg(text: string): string;
export function readChallenge(text: string): Challenge;
/** The `EC1:` text a verifier shows; its nonce is fresh unless given. Hand it to `verify` as `challenge`. */
export function makeChallenge(challenge: { aud: string; rp: string; scene: string; nonce?: string }): string;
/** What the phone's key signs. `grant` ends with `~`; `iat` is whole unix seconds by the phone's clock. */
export function kbSigningInput(grant: string, audience: string, nonce: string, iat: number): string;
/** `<grant>~<kb>`; `signature` is WebCrypto's ECDSA output (raw r‖s, 64 bytes). */
export function presentation(grant: string, signingInput: string, signature: BufferSource): string;
/** 96 random bits as base64url. */
export function freshNonce(): string;
/** A code for `grant`, signed by `key` here and now, with no server. */
export function show(
  grant: string,
  key: CryptoKey,
  options: { audience: string; nonce?: string; iat: number },
): Promise<string>;
