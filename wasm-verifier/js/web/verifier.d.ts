import type { Text } from './errors.js';

export { LiangzhengError, type Text } from './errors.js';

/** What a text is. */
export type Kind =
  | 'licence'
  | 'challenge'
  | 'counter_request'
  | 'caps_lock'
  | 'full_width'
  | 'link'
  | 'payment'
  | 'other';

/**
 * What a text is, whatever surrounds it (blanks, marks of a clipboard, a scanner's prefix), and the words for where a licence
 * code was wanted. `verify` answers `E_FORMAT` with these words to all but a licence.
 */
export function classify(text: string): { kind: Kind; message: Text; hint: Text };

/** Unix seconds. */
export type UnixTime = number;

export type CheckName =
  | 'form'
  | 'signature'
  | 'issuer'
  | 'time'
  | 'replay'
  | 'scene'
  | 'status'
  | 'dates'
  | 'notices'
  | 'holder'
  | 'clock';

/** One check. `not_checked`: it could not run or does not apply; `detail` says which. */
export interface Check {
  name: CheckName;
  result: 'pass' | 'fail' | 'not_checked';
  detail: Text | null;
}

export interface Named {
  code: string;
  /** The catalogue's names; null if no catalogue names it. */
  names: Text | null;
}

export interface Licence {
  /** GB/T 36904 identifier without its OID root. */
  identifier: string;
  kind: Named;
  unit: Named;
  /** As masked for the scene by the issuer. */
  fields: { key: string; label: Text | null; value: string }[];
  /** `YYYYMMDD`, inclusive, days in UTC+8. */
  valid_from: string;
  /** null: 长期, without end. */
  valid_to: string | null;
  delegate: { sub: string; name: string } | null;
}

/** The same object in the CLI, here and on the server (core/README.md, "Verdict"). */
export interface Verdict {
  schema: 1;
  verdict: 'valid' | 'invalid' | 'undetermined';
  /** `OK`, `E_…` or `U_…`. */
  code: string;
  /** The gravest first. */
  cautions: { code: string; message: Text }[];
  /** All eleven, always, in this order. */
  checks: Check[];
  profile: 'S' | 'H' | 'H+nonce' | null;
  /**
   * This and the next two: null unless every signature verified and the signer may speak for the licence. What the licence
   * says of a person (`fields`, `delegate`) is empty unless it is valid or the fault is the licence's own.
   */
  licence: Licence | null;
  scene: {
    code: string;
    names: Text | null;
    audience: string;
    /** The verifier's own scene (its class, if it named no scene) where the code is for another. */
    asked?: Named;
  } | null;
  token: { iat: UnixTime; exp: UnixTime; jti: string } | null;
  status: { value: number; act?: string; as_of: UnixTime; age_s: number; source: 'list' | 'live' } | null;
  trust: { version: number; as_of: UnixTime; age_s: number } | null;
  checked_at: UnixTime;
  message: Text;
  hint: Text;
}

export interface Floors {
  trust_version: number;
  catalogues: Record<string, number>;
  lists: Record<string, UnixTime>;
  time: UnixTime;
  /** When a fetch last answered the catalogue held, by operator. */
  confirmed?: Record<string, UnixTime>;
}

export interface RootSet {
  keys: { kid: string; jwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string } }[];
  threshold: number;
}

export interface VerifyOptions {
  /** The verifier's clock. */
  now: UnixTime;
  /** The verifier's audience class. */
  audience?: string | null;
  scene?: string | null;
  /** The `EC1:` text shown to the phone; then only its answer is accepted. */
  challenge?: string | null;
  /** Refuse what this verifier accepted before with this option; see `accepted`. */
  remember?: boolean;
}

/**
 * Judges codes by the objects loaded into it. Loading throws a LiangzhengError when an object is refused, and what was
 * held stays; it returns whether the object is new. With `now` an object that has expired or comes from the future is
 * refused (use it for what was just fetched); with `kept`, or without a clock, verdicts tell (use it for what was kept, and
 * for steps of a walk through older trust lists). `kept` with `now` bounds how far such an object raises the floors.
 */
export class Verifier {
  constructor(options: { roots: RootSet | string });
  loadTrustList(text: string, now?: UnixTime, kept?: boolean): boolean;
  /** Just fetched, it is confirmed, also if it is held already: keep the floors then. */
  loadCatalogue(text: string, now?: UnixTime, kept?: boolean): boolean;
  /** With `uri` the list must be that one. */
  loadStatusList(text: string, now?: UnixTime, uri?: string, kept?: boolean): boolean;
  applyDelta(text: string, now?: UnixTime, kept?: boolean): boolean;
  verify(text: string, options: VerifyOptions): Verdict;
  /** Forgets the codes accepted with `remember`. */
  forget(): void;
  /**
   * What was accepted with `remember` and could, from `now` on, still be shown again: keep it, and `recall` it when the page is
   * loaded anew. Nothing of what was shown.
   */
  accepted(now?: UnixTime): Uint8Array;
  /** Refuses these, and of its own what is among them. */
  recall(accepted: Uint8Array): void;
  /** Keep these with the signed objects; they belong to the root set. */
  floors(): Floors;
  /** After the kept trust lists are loaded. */
  restore(floors: Floors): void;
  held(): {
    trust_list: { version: number; iat: UnixTime; exp: UnixTime } | null;
    scenes: { code: string; names: Text; audience: string }[];
    status_lists: { uri: string; iat: UnixTime; exp: UnixTime; ttl: number }[];
  };
}
