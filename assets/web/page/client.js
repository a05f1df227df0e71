/**
 * The server, as every page sees it. Requests from these pages carry the `__Host-` session cookie by themselves; scripts
 * never see a token. Every answer also tells how far off this device's clock is.
 */
import { patience } from '../shared/patience.js';
import { learn } from './clock.js';
import { lang } from './i18n.js';

/** @typedef {import('./api-types.d.ts').components['schemas']} Schemas */

/** Longest wait for an answer: after that a person in a basement should see what works without one. */
const PATIENCE_MS = 8000;

/** Longest wait for what answers a file: it must get there first. */
const UPLOAD_MS = 25_000;

/** A request that takes longer is told of: whoever waits should know within five seconds that it is not their doing. */
const SLOW_MS = 3000;

/** The server could not be reached. */
export class NoNetwork extends Error {}

/** It could be reached, or so it seemed, but gave no answer in time. What helps without a network helps here, too. */
export class Mute extends NoNetwork {}

/** The server said no: `status`, `code`, and words for people. `retryAfter` in seconds where it was told. */
export class Problem extends Error {
  /**
   * @param {Response} response
   * @param {Partial<Schemas['Problem']>} body
   */
  constructor(response, body) {
    super(body.detail ?? body.title ?? String(response.status));
    this.status = response.status;
    this.code = body.code ?? '';
    this.body = body;
    this.retryAfter = Number(response.headers.get('Retry-After')) || null;
    /** Under which the server's log tells more. A proxy's own page of an error has none. */
    this.requestId = body.request_id ?? response.headers.get('X-Request-Id');
  }
}

/** Whether the server said no with this status. @type {(error: unknown, status: number) => boolean} */
export const isProblem = (error, status) => error instanceof Problem && error.status === status;

/** Whether a login asks for the authenticator's code; the password was right. @param {unknown} error */
export const asksForCode = (error) => error instanceof Problem && ['totp-needed', 'wrong-totp', 'totp-shut'].includes(error.code);

/**
 * What the server answers, read as JSON; null where it answers without a body. Callers name the answer's type.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers] `If-Match`, `Idempotency-Key`
 * @returns {Promise<any>}
 */
export async function call(method, path, body, headers) {
  const response = await send(method, path, body, headers);
  return response.status === 204 ? null : response.json().catch(unreachable);
}

/**
 * Every item of a list, page after page.
 *
 * @param {string} path
 * @returns {Promise<any[]>}
 */
export async function all(path) {
  /** @type {any[]} */
  const found = [];
  let cursor = '';
  do {
    const glue = path.includes('?') ? '&' : '?';
    const { items, next } = await call('GET', `${path}${glue}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    found.push(...items);
    cursor = next ?? '';
  } while (cursor);
  return found;
}

/**
 * As `call`, for answers that are no JSON.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 */
export async function send(method, path, body, headers = {}) {
  return asked(path, PATIENCE_MS, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/**
 * Sends one file as a form does, with the form's other fields, and reads the answer as JSON.
 *
 * @param {string} path
 * @param {File} file
 * @param {Record<string, string>} [fields]
 * @param {Record<string, string>} [more] headers, as `Idempotency-Key`
 * @returns {Promise<any>}
 */
export async function upload(path, file, fields = {}, more = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('file', file);
  const response = await asked(path, UPLOAD_MS, { method: 'POST', headers: more, body });
  return response.json().catch(unreachable);
}

/**
 * @param {string} path below `/api/v1`
 * @param {number} wait longest wait for the answer, in milliseconds
 * @param {{ method: string, headers?: Record<string, string>, body?: BodyInit }} request
 */
async function asked(path, wait, { headers = {}, ...request }) {
  const sent = Date.now();
  const answer = fetch(`/api/v1${path}`, { ...request, headers: { 'Accept-Language': lang, ...headers }, signal: patience(wait) });
  const response = await noted(answer).catch(unreachable);
  learn(response, sent, Date.now());
  if (!response.ok) throw new Problem(response, await response.json().catch(() => ({})));
  return response;
}

/**
 * An answer that breaks off, and one that is none of ours (a hotel's login page), are no answer.
 *
 * @param {unknown} cause
 * @returns {never}
 */
function unreachable(cause) {
  const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
  throw isLate ? new Mute('no answer', { cause }) : new NoNetwork('no network', { cause });
}

let slow = 0;
/** @type {(isSlow: boolean) => void} */
let tellSlow = () => undefined;

/** Has `listener` told when an answer begins to be slow, and when none is any more. @param {(isSlow: boolean) => void} listener */
export function onSlow(listener) {
  tellSlow = listener;
}

/**
 * @template T
 * @param {Promise<T>} asked
 */
async function noted(asked) {
  let counted = false;
  const timer = setTimeout(() => {
    counted = true;
    slow += 1;
    tellSlow(true);
  }, SLOW_MS);
  try {
    return await asked;
  } finally {
    clearTimeout(timer);
    if (counted) slow -= 1;
    tellSlow(slow > 0);
  }
}
