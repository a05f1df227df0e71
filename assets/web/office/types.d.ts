/** What the office's screens and parts hand each other. */
import type { components } from '../page/api-types.d.ts';
import type { Late } from '../page/turns.js';

export type Schemas = components['schemas'];
export type Role = Schemas['Role'];
export type Text = Schemas['Text'];
export type Children = import('../shared/dom.js').Children;

/** Who works here: account, unit, roles. */
export interface Member {
  account: Schemas['MyAccount'];
  unit: { id: string; names: Text };
  roles: Role[];
}

/** What the screens share. */
export interface App {
  member: Member;
  /** Names of units, by their code. */
  units: Map<string, Text>;
  /** Goes to a screen; `said` is told above it. */
  go(path: string, said?: string): void;
  /** Draws the present screen again; `said` is told above it. */
  again(said?: string): void;
  /** The session is over: the login comes, and after it this screen again. */
  sessionLost(): void;
  logout(): Promise<void>;
}

/** A screen: its heading, its nodes, what is to be done when it is left, and its own keys. */
export interface View {
  title: string;
  /** The screen above it, for the way back. */
  back?: string | null;
  nodes: Children;
  onLeave?: () => void;
  shortcuts?: Shortcut[];
}

/** Makes a screen; `path` are the parts of its address. What comes `late` is not drawn. */
export type Screen = (app: App, path: string[], late: Late) => Promise<View> | View;

/** A key and what it does here. */
export interface Shortcut {
  /** One key, or two pressed one after the other: `n`, `g h`. */
  keys: string;
  what: string;
  run: () => void;
}

/** The sorts of entries, as their routes are named. */
export type Sort = 'matters' | 'kinds' | 'scenes' | 'inspection-matters' | 'using-lists';
export type Matter = Schemas['MatterEntry'];
export type Kind = Schemas['KindEntry'];
export type Scene = Schemas['SceneEntry'];
export type InspectionMatter = Schemas['InspectionMatterEntry'];
export type UsingList = Schemas['UsingListEntry'];
export type Entry = Matter | Kind | Scene | InspectionMatter | UsingList;
export type EntryState = Schemas['EntryState'];
export type EntryAct = Schemas['EntryAct'];
export type Field = Schemas['Field'];
export type Element = Schemas['Element'];

/** What a form of the catalogue chooses among. */
export interface Choices {
  units: { value: string; label: string }[];
  matters: { value: string; label: string }[];
  kinds: Kind[];
  scenes: Scene[];
}
