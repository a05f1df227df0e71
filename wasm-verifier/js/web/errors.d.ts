/** A text in the two languages every text of ours comes in. */
export interface Text {
  'zh-CN': string;
  en: string;
}

/** The one error these modules throw. */
export class LiangzhengError extends Error {
  /** A code of core's README, `USAGE` (the call is wrong) or `INTERNAL` (a defect of ours). */
  readonly code: string;
  readonly texts: Text;
  readonly hint: Text;
  toJSON(): { code: string; message: Text; hint: Text };
}
