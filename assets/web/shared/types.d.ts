/** What a desk is given, and what it gives to whoever draws it. */
import type { Verdict, VerifyOptions } from '/assets/wasm/verifier.js';
import type { Child, Children } from './dom.js';
import type { Maker } from './handshake.js';
import type { Classify } from './readings.js';
import type { Scanner } from './scanning.js';
import type { Words } from './words.js';

export type { Verdict };

/** Where a code came from. */
export type Source = 'camera' | 'picture' | 'paste' | 'scanner' | 'call';

/** How a desk verifies now. */
export interface Settings {
  scene: string | null;
  audience: string | null;
  /** Code of the unit that asks each phone; null asks none. */
  rp: string | null;
  /** What that unit is called. */
  unit: string | null;
  /** Seconds. */
  maxAge: number;
  /** Seconds until a verdict is cleared; 0 never. */
  autohide: number;
  /** The camera stays open for the next person. */
  continuous: boolean;
}

/** Where a desk is drawn, and what its owner decides. */
export interface Surface {
  /** Whatever is pasted or typed in it is the desk's. */
  element: Element;
  /** Those of now. */
  readonly words: Words;
  readonly hasFocus: boolean;
  settings: () => Settings;
  /** Whether codes can be judged; what comes before that is known waits for it. */
  opened: () => Promise<boolean>;
  show: (view: Children) => void;
  /** Tells in passing. */
  tell: (message: string) => void;
  focus: (selector: string) => void;
  emit: (name: 'scan' | 'result' | 'error', detail: object) => void;
  /** What one begins with; has `#scan`. */
  ready: (begin: { asks: boolean }) => readonly Child[];
  /** The verdicts and what to do next; has `.verdict-title`. */
  result: (shown: Result) => Children;
}

export interface Judged {
  code: string;
  verdict: Verdict;
}

export interface Result {
  judged: readonly Judged[];
  /** What it had to answer. */
  question: string | null;
  /** Judges once more, after `renew`, those of the codes that were not accepted. */
  again: (again?: { renew?: () => Promise<unknown> }) => void;
  countdown: Node | null;
  /** What looks for the next person; null if nothing does. */
  camera: HTMLElement | null;
}

/** What a desk verifies by. */
export interface Lists {
  readonly scenes: readonly { code: string; audience: string }[];
  verify: (code: string, options: VerifyOptions, maxAge: number) => Verdict | Promise<Verdict>;
}

export interface Modules {
  classify: Classify;
  loadScanner: () => Promise<Scanner>;
  loadMaker: () => Promise<Maker>;
}
