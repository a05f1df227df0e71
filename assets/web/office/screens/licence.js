/** One licence or draft: what it says beside the version before, what may be done now, and all that was done. */
import { rows } from '../../kit/rows.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { unitName } from '../catalogue/words.js';
import { doAct, possibleActs } from '../issuing/acts.js';
import { compared } from '../issuing/compare.js';
import { CHANGES, statusBadge } from '../issuing/words.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['IssuedLicence']} Licence
 * @typedef {import('../types.d.ts').Schemas['ListedLicence']} Listed
 */

/** Keys of the two decisions of a review. @type {Record<string, string>} */
const KEYS = { approve: 'a', send_back: 'r', submit: 's' };

/** @type {import('../types.d.ts').Screen} */
export async function licenceScreen(app, [, id]) {
  const licence = await api.licence(id);
  const [kind, versions, acts, before, possible] = await Promise.all([
    api.entry('kinds', licence.kind, licence.kind_version ?? undefined),
    api.licenceVersions(id),
    api.licenceActs(id).catch((error) => (isProblem(error, 404) ? [] : Promise.reject(error))),
    licence.replaces ? api.licence(licence.replaces) : null,
    possibleActs(app, licence),
  ]);
  const kindBefore = before && before.kind_version !== licence.kind_version ? await api.entry('kinds', before.kind, before.kind_version ?? undefined) : kind;
  const isDraft = licence.status === 'DRAFT';
  const isIssued = !['DRAFT', 'PENDING_REVIEW'].includes(licence.status);
  const issuer = licence.unit === app.member.unit.id && app.member.roles.some((role) => role === 'issuer_maker' || role === 'issuer_checker');
  const maker = app.member.roles.includes('issuer_maker') && licence.unit === app.member.unit.id;
  return {
    title: pick(kind.names),
    back: licence.status === 'PENDING_REVIEW' ? '#review' : '#licences',
    nodes: [
      el('p', { class: 'state-line' }, statusBadge(licence.status, pick(licence.status_label)), el('span', { class: 'code' }, licence.identifier ?? t('issued.no_number'))),
      licence.register_label && licence.register?.state !== 'matched' ? el('p', { class: licence.register?.state === 'not_configured' ? 'notice' : 'notice problem', id: 'register' }, t('draft.register', { what: pick(licence.register_label), detail: licence.register?.detail ?? '' })) : null,
      el(
        'div',
        { class: 'buttons', id: 'acts' },
        isDraft && maker ? el('a', { class: 'button primary', href: `#draft/${id}`, id: 'edit' }, t('entry.edit')) : null,
        possible.map((one) => actButton(app, licence, one)),
        isIssued && issuer ? el('a', { class: 'button', href: `#prints/${id}`, id: 'prints' }, t('issued.prints')) : null,
      ),
      licence.status === 'PENDING_REVIEW' ? el('p', { class: 'quiet' }, t('review.keys')) : null,
      el('section', { class: 'panel' }, el('h2', {}, t(before ? 'review.beside' : 'entry.content')), compared(kind, licence, before, t('review.before'), kindBefore)),
      el('section', { class: 'panel' }, el('h2', {}, t('issued.about')), el('dl', { class: 'facts' }, rows(factsOf(app, licence)))),
      licence.status === 'ACTIVE' && maker ? el('section', { class: 'panel' }, el('h2', {}, t('issued.next')), el('div', { class: 'buttons' }, CHANGES.map((change) => el('a', { class: 'button', href: `#draft/of/${id}/${change}` }, t(`change.${change}`))))) : null,
      timeline(versions, acts, id),
    ],
    shortcuts: [
      ...(isDraft && maker ? [{ keys: 'e', what: t('entry.edit'), run: () => app.go(`draft/${id}`) }] : []),
      ...possible.filter(({ act }) => act in KEYS).map((one) => ({ keys: KEYS[one.act], what: one.name, run: () => doAct(app, licence, one) })),
    ],
  };
}

/** An act as a button; one that was proposed already leads to what waits for another person. @param {App} app @param {Licence} licence @param {import('../issuing/acts.js').Possible} possible */
function actButton(app, licence, possible) {
  const { act, name, twoPersons, proposal } = possible;
  if (proposal) return el('a', { class: 'button', href: '#proposals' }, t('issued.waits', { act: name }));
  const look = act === 'approve' ? 'button primary' : twoPersons ? 'button grave' : 'button';
  return el('button', { type: 'button', class: look, id: `act-${act}`, onclick: () => doAct(app, licence, possible) }, name);
}

/** @param {App} app @param {Licence} licence @returns {[string, string][]} */
function factsOf(app, licence) {
  /** @type {[string, string | null | undefined][]} */
  const lines = [
    [t('issued.unit'), unitName(app, licence.unit)],
    [t('draft.case'), licence.case],
    [t('draft.mode'), licence.mode ? t(`casemode.${licence.mode}`) : null],
    [t('draft.change'), licence.change ? t(`change.${licence.change}`) : null],
    [t('issued.created'), moment(licence.created_at, false)],
    [t('issued.approvals'), licence.approvals.map(({ unit, at }) => `${unitName(app, unit)} · ${at ? moment(at, false) : t('issued.not_yet')}`).join(t('office.and'))],
  ];
  return lines.flatMap(([label, value]) => (value ? [/** @type {[string, string]} */ ([label, value])] : []));
}

/**
 * Versions and acts, the newest first: one line of time.
 *
 * @param {Listed[]} versions
 * @param {import('../types.d.ts').Schemas['LicenceAct'][]} acts
 * @param {string} id
 */
function timeline(versions, acts, id) {
  const events = [
    ...versions.filter((one) => one.id !== id).map((one) => ({ at: one.created_at, node: el('span', {}, el('a', { href: `#licences/${one.id}` }, one.identifier ?? t('issued.next_draft')), ' ', statusBadge(one.status, pick(one.status_label))) })),
    ...acts.map((act) => ({
      at: act.at,
      node: el('span', {}, el('strong', {}, pick(act.act_label)), [act.by, act.confirmed_by ? t('issued.confirmed_by', { name: act.confirmed_by }) : null, act.reason, act.legal_basis, act.effective_at && act.effective_at !== act.at ? t('issued.effective', { time: moment(act.effective_at, false) }) : null].filter(Boolean).map((text) => ` · ${text}`)),
    })),
  ].sort((one, other) => other.at - one.at);
  return el(
    'section',
    { class: 'panel', id: 'timeline' },
    el('h2', {}, t('issued.timeline')),
    events.length === 0 ? el('p', { class: 'hint' }, t('issued.no_acts')) : el('ol', { class: 'timeline' }, events.map(({ at, node }) => el('li', {}, el('time', {}, moment(at, false)), node))),
  );
}
