/** Writing a licence, step by step: what is wrong is told as it is typed; a refused draft is mended, not typed again. */
import { fixed, group, maybe } from '../../kit/composed.js';
import { choice, line } from '../../kit/parts.js';
import { rows } from '../../kit/rows.js';
import { isProblem } from '../../page/client.js';
import { today } from '../../page/clock.js';
import { day, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { kindLabel } from '../catalogue/common.js';
import { shown } from '../issuing/compare.js';
import { faceParts } from '../issuing/face.js';
import { CHANGES, dayPart, holderPart } from '../issuing/words.js';
import { keptHere } from '../kept.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';
import { SAVE } from '../shortcuts.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Kind} Kind
 */

const MODES = /** @type {const} */ (['online', 'offline', 'stock']);

/** Addresses: `draft/new[/kind]`, `draft/{id}` for a draft, `draft/of/{id}/{change}` for a licence's next version. @type {import('../types.d.ts').Screen} */
export async function draftScreen(app, path) {
  const [, first, second, third] = path;
  const isNext = first === 'of';
  const id = first === 'new' || isNext ? null : first;
  const source = id ?? (isNext ? second : null);
  const [kinds, written] = await Promise.all([api.entries('kinds'), source ? api.licence(source) : null]);
  const kept = keptHere(app.member.account.id, `licence.${path.slice(1).join('.')}`);
  const before = kept.read();
  const body = before?.body ?? (written ? bodyOf(written, isNext, third) : null);
  const code = body?.kind ?? (first === 'new' ? second : undefined);
  const issuable = kinds.filter((/** @type {Kind} */ kind) => kind.state === 'published' && kind.units.includes(app.member.unit.id));
  const kind = kinds.find((/** @type {Kind} */ one) => one.code === code);
  if (!kind) return chooseKind(app, issuable);
  // What was typed over an older version must not be saved over a newer one unseen.
  const version = id ? Number(before?.etag ?? written?.version ?? 0) : null;
  const pictures = written ? { of: written.id, face: written.face } : null;
  return form(app, { kind, id, pictures, body: body ?? { kind: code }, version, kept, isRestored: before !== null });
}

/** The first step of a new one. @param {App} app @param {Kind[]} issuable @returns {import('../types.d.ts').View} */
function chooseKind(app, issuable) {
  const kind = choice({ label: t('scene.kind'), none: t('form.choose'), needed: t('form.needed'), options: issuable.map((one) => ({ value: one.code, label: kindLabel(one) })) });
  const { nodes } = sendingForm({
    app,
    part: group({ kind }),
    agree: t('draft.next'),
    back: 'licences',
    send: async (body) => app.go(`draft/new/${body.kind}`),
  });
  return { title: t('draft.new'), back: '#licences', nodes: issuable.length > 0 ? el('section', { class: 'panel form' }, nodes) : el('p', { class: 'panel' }, t('draft.no_kinds')) };
}

/**
 * What a licence says, as a draft that is mended, or as the next version of it.
 *
 * @param {any} written
 * @param {boolean} isNext
 * @param {string | undefined} change
 */
function bodyOf(written, isNext, change) {
  const { kind, holder, co_holders: others, face, valid_from: from, valid_to: to, case: number, mode, provenance, physical, replaces } = written;
  const same = { kind, holder, co_holders: others, face, valid_from: from, valid_to: to, provenance, physical };
  return isNext ? { ...same, replaces: written.id, change: change ?? 'change' } : { ...same, case: number, mode, replaces, change: written.change };
}

/**
 * @param {App} app
 * @param {{ kind: Kind, id: string | null, pictures: import('../issuing/face.js').Pictures | null, body: any, version: number | null, kept: ReturnType<typeof keptHere>, isRestored: boolean }} given
 *   `version`: the one that is written over
 * @returns {import('../types.d.ts').View}
 */
function form(app, { kind, id, pictures, body, version, kept, isRestored }) {
  const holder = holderPart({ legend: t('draft.holder'), types: kind.holder_types, value: body.holder });
  const face = faceParts(kind, body.face ?? {}, () => {
    const { name, id_number: number } = holder.value();
    return { name, number: number ? number.replace(/[\s-]/g, '').toUpperCase() : null };
  }, pictures);
  holder.node.addEventListener('input', face.follow);
  const replaces = body.replaces ?? null;
  const members = {
    kind: fixed(kind.code),
    case: line({ label: t('draft.case'), hint: t('draft.case_hint'), value: body.case, props: { spellcheck: 'false' } }),
    mode: choice({ label: t('draft.mode'), hint: t('draft.mode_hint'), value: body.mode, none: t('draft.mode_default'), options: MODES.map((one) => ({ value: one, label: t(`casemode.${one}`) })) }),
    change: replaces ? choice({ label: t('draft.change'), value: body.change ?? 'change', options: CHANGES.map((one) => ({ value: one, label: t(`change.${one}`) })) }) : fixed(null),
    replaces: fixed(replaces),
    holder,
    co_holders: fixed(body.co_holders ?? []),
    face,
    valid_from: dayPart({ label: t('draft.valid_from'), value: body.valid_from ?? today(), needed: t('form.needed') }),
    valid_to: kind.validity.kind === 'none' ? fixed(null) : dayPart({ label: t('draft.valid_to'), hint: t(`draft.valid_to_${kind.validity.kind}`, { n: kind.validity.max_months ?? 0 }), value: body.valid_to }),
    physical: maybe({ label: t('draft.physical'), present: Boolean(body.physical), part: group({ number: line({ label: t('act.physical'), value: body.physical?.number, needed: t('form.needed'), props: { maxlength: 64 } }) }) }),
    provenance: fixed(body.provenance ?? null),
  };
  const steps = [
    step(t('draft.step_case'), [readKind(kind), members.case.node, members.mode.node, members.change.node]),
    step(t('draft.step_holder'), [holder.node]),
    step(t('draft.step_face'), [face.node]),
    step(t('draft.step_validity'), [members.valid_from.node, members.valid_to.node, members.physical.node]),
  ];
  const check = el('dl', { class: 'facts', id: 'check' });
  const part = group(members, { nodes: [steps, el('section', { class: 'panel form' }, el('h2', {}, t('draft.step_check')), check)] });
  const keyFor = keyOnce();
  const whole = { ...part, refresh: rested };
  let over = false;

  function rested() {
    part.refresh();
    drawCheck();
    if (!over) keep();
  }

  const keep = () => kept.write(part.value(), version === null ? null : String(version));

  function drawCheck() {
    const values = part.value();
    show(check, rows([
      [t('draft.holder'), [values.holder.name, values.holder.id_number].filter(Boolean).join(' · ') || '—'],
      ...kind.face.fields.map((field) => /** @type {[string, string]} */ ([pick(field.labels), shown(field, values.face[field.key])])),
      [t('draft.valid_from'), values.valid_from ? day(values.valid_from) : '—'],
      [t('draft.valid_to'), values.valid_to ? day(values.valid_to) : t(kind.validity.kind === 'fixed' ? 'draft.by_term' : 'validity.none')],
    ]));
  }

  const { nodes, submit, failed } = sendingForm({
    app,
    part: whole,
    agree: t('editor.save'),
    back: id ? `licences/${id}` : 'licences',
    send: save,
    stale: {
      async reread() {
        version = (await api.licence(/** @type {string} */ (id))).version;
        keep();
      },
      discard,
    },
    more: [el('button', { type: 'button', class: 'button', id: 'save-submit', onclick: () => submit(true) }, t('draft.save_submit'))],
  });

  /** @param {any} values @param {boolean} andSubmit */
  async function save(values, andSubmit) {
    const sent = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    const saved = id === null ? await api.writeDraft(sent, keyFor(JSON.stringify(sent))) : await api.editDraft(id, sent, version ?? 0);
    over = true;
    kept.drop();
    if (!andSubmit) {
      app.go(`licences/${saved.id}`, t('editor.saved'));
      return;
    }
    try {
      await api.actOnLicence(saved.id, { act: 'submit' }, saved.version, keyFor(`submit ${saved.id} ${saved.version}`));
      app.go(`licences/${saved.id}`, t('draft.submitted'));
    } catch (error) {
      if (isProblem(error, 401)) failed(error);
      else app.go(`licences/${saved.id}`, t('editor.saved_not_submitted', { why: wordsFor(error) }));
    }
  }

  drawCheck();
  return {
    title: t(replaces ? 'draft.next_of' : id ? 'draft.edit' : 'draft.new_of', { what: pick(kind.names) }),
    back: id ? `#licences/${id}` : '#licences',
    nodes: [
      isRestored ? el('div', { class: 'notice', id: 'restored' }, el('p', {}, t('draft.restored')), el('button', { type: 'button', class: 'button small', onclick: discard }, t('editor.discard'))) : null,
      nodes,
    ],
    shortcuts: [{ keys: SAVE, what: t('editor.save'), run: () => submit() }],
  };

  function discard() {
    over = true;
    kept.drop();
    app.again(t('editor.discarded'));
  }
}

/** @param {string} title @param {import('../../shared/dom.js').Children} nodes */
const step = (title, nodes) => el('section', { class: 'panel form' }, el('h2', {}, title), nodes);

/** @param {Kind} kind */
const readKind = (kind) => el('p', {}, t('scene.kind'), ' ', el('strong', {}, kindLabel(kind)));
