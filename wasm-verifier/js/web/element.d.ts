import type { RootSet, Verdict } from './verifier.js';

/** Detail of `ready`. */
export interface Ready {
  version: string;
  mode: 'inline' | 'iframe';
  /** Whether the page said which roots to believe; otherwise the first visit decided. */
  pinned: boolean;
}

/** Detail of `scan`: something is about to be judged. */
export interface Scan {
  source: 'camera' | 'picture' | 'paste' | 'scanner' | 'call';
}

/** Detail of `error`: `message` is in the element's language, `code` is stable (README.md). */
export interface Failure {
  code: string;
  message: string;
}

/** All bubble and are composed. */
export interface LicenceVerifierEventMap {
  ready: CustomEvent<Ready>;
  scan: CustomEvent<Scan>;
  /** One for each code judged. */
  result: CustomEvent<Verdict>;
  error: CustomEvent<Failure>;
}

/** `<licence-verifier>`; attributes in README.md. What a frame was asked fails when the element is removed. */
export class LicenceVerifier extends HTMLElement {
  static readonly version: string;
  /** The public root file to believe; reads as text. Setting it begins anew. */
  get roots(): string | null;
  set roots(roots: RootSet | string | null);
  /** Opens the camera; settles once it is closed again: with the attribute `continuous`, when it is stopped. */
  start(): Promise<void>;
  /** Closes the camera. */
  stop(): Promise<void>;
  /**
   * The verdicts on a code's text, or on every licence code in a picture; none if there is none in it, or if the screen went
   * to something newer while it was read.
   */
  verify(input: string | Blob): Promise<Verdict[]>;
  /** Clears the screen for the next person; with `continuous` the camera stays open. */
  reset(): Promise<void>;

  addEventListener<K extends keyof LicenceVerifierEventMap>(
    type: K,
    listener: (this: LicenceVerifier, event: LicenceVerifierEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof LicenceVerifierEventMap>(
    type: K,
    listener: (this: LicenceVerifier, event: LicenceVerifierEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'licence-verifier': LicenceVerifier;
  }
}
