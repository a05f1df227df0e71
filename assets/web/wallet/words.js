/** What a person is told when something went wrong. */
import { pick, span, t } from '../page/i18n.js';
import { NoNetwork } from './api.js';

/** This phone, not the server, said no; the message is for people. */
export class PhoneRefused extends Error {}

/** Words for an error of `api.js`: the server's own where it gave some, since it knows the reason. */
export function wordsFor(error) {
  if (error instanceof NoNetwork) return t('error.no_network');
  if (error instanceof PhoneRefused) return error.message;
  if (error.texts) return pick(error.texts);
  if (error.status === 429 && !error.body.detail) return t('error.wait', { span: span(error.retryAfter ?? 1) });
  const { body } = error;
  if (!body) return t('error.unknown');
  const own = pick(body.reason) || pick(body.message) || body.detail || body.title;
  return own || t('error.status', { status: error.status });
}
