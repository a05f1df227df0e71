/** Keys and lists: what this installation publishes, how old it is, and until when verifiers take it. */
import { rows } from '../../kit/rows.js';
import { table } from '../../kit/table.js';
import { now } from '../../page/clock.js';
import { moment, pick, span, t } from '../../page/i18n.js';
import { contentOf } from '../../page/signed.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';

/** What keys are for today; one of a later purpose is shown by its word. */
const PURPOSES = ['show', 'grant', 'status', 'catalogue'];

/** @type {import('../types.d.ts').Screen} */
export async function keysScreen() {
  const [trust, catalogue, reasons, lists] = await Promise.all([
    contentOf('/.well-known/trust-list'),
    contentOf('/.well-known/catalogue'),
    api.notReadyFor(),
    api.statusLists(),
  ]);
  return {
    title: t('section.keys'),
    nodes: [
      el('section', { class: 'panel', id: 'publication' },
        el('h2', {}, t('keylist.published')),
        reasons.length === 0 ? el('p', {}, t('keylist.ready')) : el('div', { class: 'notice problem', role: 'alert' }, t('keylist.not_ready'), el('ul', {}, reasons.map((reason) => el('li', {}, reason)))),
        el('dl', { class: 'facts' }, rows([
          [t('keylist.trust'), signedWords(trust)],
          [t('keylist.catalogue'), signedWords(catalogue)],
          [t('keylist.holds'), t('keylist.counted', { units: catalogue.units.length, kinds: catalogue.kinds.length, scenes: catalogue.scenes.length })],
          [t('keylist.status_lists'), t('keylist.n_lists', { n: lists.length })],
        ])),
      ),
      ...trust.operators.map((/** @type {any} */ operator) =>
        el('section', { class: 'panel' },
          el('h2', {}, pick(operator.names) || operator.id),
          table({
            caption: t('keylist.keys_of', { who: pick(operator.names) || operator.id }),
            head: [t('keylist.purpose'), t('keylist.kid'), t('keylist.state'), t('keylist.from'), t('keylist.until'), t('keylist.left')],
            rows: operator.keys.map(keyRow),
          }),
        ),
      ),
    ],
  };
}

/** @param {any} object */
function signedWords({ version, iat, exp }) {
  const parts = [t('entry.version', { n: version }), t('keylist.signed', { time: moment(iat, false) })];
  if (exp) parts.push(t('keylist.good_for', { span: span(exp - now()) }));
  return parts.join(' · ');
}

/** @param {any} key */
const keyRow = (key) => [PURPOSES.includes(key.purpose) ? t(`purpose.${key.purpose}`) : key.purpose, el('span', { class: 'code' }, key.kid), t(`keystate.${stateOf(key)}`), moment(key.nbf, false), moment(key.exp, false), key.exp > now() ? span(key.exp - now()) : '—'];

/** @param {{ nbf: number, exp: number, revoked_at?: number, compromised?: boolean }} key */
function stateOf({ nbf, exp, revoked_at: revoked, compromised }) {
  if (compromised) return 'compromised';
  if (revoked !== undefined && revoked <= now()) return 'withdrawn';
  if (exp <= now()) return 'ended';
  return nbf > now() ? 'coming' : 'used';
}
