/** What the wallet's screens and parts hand each other. */
import type { components } from '../page/api-types.d.ts';
import type { NoNetwork, Problem } from '../page/client.js';
import type * as walletModule from '/assets/wasm/wallet.js';
import type { Offline, Online } from './code.js';

export type Schemas = components['schemas'];
/** `viewOnly`: of a holder one acts for, and was not named to show for. */
export type Card = Schemas['Card'] & { viewOnly?: boolean };
export type Scene = Schemas['CardScene'];
export type Principal = Schemas['SessionPrincipal'];
export type WalletModule = typeof walletModule;
export type Challenge = walletModule.Challenge;

/** Who works for a unit: its name and theirs, and what they may do there. */
export interface Member {
  name: string;
  login: string;
  unit: string | null;
  roles: Schemas['Role'][];
  /** Whether their unit's work asks for an authenticator that this session was not made with. */
  factorNeeded: boolean;
}

/** What the views share. */
export interface App {
  /** Null until the server or the phone's own store has given them. */
  cards: Card[] | null;
  /** Those of holders one acts for, once the list has fetched them. Without a network those kept here stand among `cards`. */
  others: Card[];
  /** The error that kept the server's cards away. */
  offline: unknown;
  /** The wallet's module; null if it cannot be had. */
  modules: Promise<WalletModule | null>;
  load(said?: string): Promise<void>;
  loggedIn(principal: Principal): Promise<void>;
  logout(): Promise<void>;
  title(text: string, back?: boolean): void;
}

/** A screen: its nodes, and what is to be done when it is left. */
export interface View {
  nodes: Children;
  onLeave?: () => void;
}

export type Children = import('../shared/dom.js').Children;

/** A grant kept on this phone, with the card and the scene it is for. */
export interface Kept {
  card: Card;
  scene: Scene;
  grant: string;
  /** Unix seconds. */
  expiresAt: number;
}

export type Source = Online | Offline;

/** Codes that were opened: whose, for which scene, and what may be kept for later. */
export interface Opened {
  source: Source;
  scene: Scene;
  card?: Card;
  /** Fetches a grant for the next time there is no network. */
  later?: (() => Promise<Kept>) | null;
}

/** One code and its times in unix seconds, told in the clock's era `era`. */
export interface Code {
  text: string;
  /** How long each such code counts, in seconds. */
  life: number;
  refreshAt: number;
  deadAt: number;
  endsAt: number;
  era: number;
}

/** What happens to a code on the screen. */
export interface CodeEvent {
  code?: Code;
  hidden?: 'background' | 'no-network' | 'renewing';
  /** The error for which no other code could be had. */
  offline?: unknown;
  waiting?: number;
  tick?: { left: number; ends: number };
  over?: boolean;
  problem?: unknown;
}

/** Whether what was begun is no longer wanted. */
export type { Late } from '../page/turns.js';
