/** What a person is told when something went wrong. */
import { hasTexts } from '../shared/words.js';
import { Mute, NoNetwork, Problem } from './client.js';
import { pick, span, t } from './i18n.js';

/** This device, not the server, said no; the message is for people. */
export class Refused extends Error {}

/**
 * Words for an error: the server's own where it gave some, since it knows the reason.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function wordsFor(error) {
  if (error instanceof Mute) return t('error.mute');
  if (error instanceof NoNetwork) return t('error.no_network');
  if (error instanceof Refused) return error.message;
  if (hasTexts(error)) return pick(error.texts);
  if (!(error instanceof Problem)) return t('error.unknown');
  const { body, status, retryAfter } = error;
  if (status === 429 && !body.detail) return t('error.wait', { span: span(retryAfter ?? 1) });
  if (status >= 500) return failing(error);
  if (!body.detail && body.errors?.length) return body.errors.map(({ detail }) => detail).join(' ');
  return body.detail || body.title || t('error.status', { status });
}

/**
 * The server stumbled: that, what to do, and what its keeper needs to find out why.
 *
 * @param {Problem} error
 */
function failing({ body, status, requestId }) {
  const what = (status === 503 && body.detail) || t('error.server', { status });
  return [what, t('error.later'), requestId ? t('error.request', { id: requestId }) : ''].filter(Boolean).join(' ');
}
