/** Having others take a unit's work over (R25): who, on which day, and what goes to whom, counted before it is agreed to. */
import { ask } from '../../kit/dialog.js';
import { group, list } from '../../kit/composed.js';
import { area, choice, line, many } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { day, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { kindLabel, listWords } from '../catalogue/common.js';
import { nameOfKind } from '../catalogue/kind.js';
import { unitName } from '../catalogue/words.js';
import { dayPart } from '../issuing/words.js';
import { sendingForm } from '../sending.js';
import { SORTS } from '../sections.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Kind} Kind
 * @typedef {import('../types.d.ts').Schemas['SuccessionPart']} Split
 * @typedef {import('../types.d.ts').Schemas['LicenceCount']} Count
 *
 * @typedef {object} Work what the unit has
 * @property {Count[]} counts licences and drafts, by kind and status
 * @property {Kind[]} kinds
 * @property {number} entries of the catalogue
 * @property {number} people
 */

/** Drafts, which have no number yet. */
const DRAFTS = ['DRAFT', 'PENDING_REVIEW'];

/** @type {import('../types.d.ts').Screen} */
export async function successionScreen(app, [, id]) {
  const [unit, units, work] = await Promise.all([api.unit(id), api.unitList(), workOf(id)]);
  const needed = t('form.needed');
  const others = units.filter((one) => one.state === 'active' && one.id !== id).map((one) => ({ value: one.id, label: t('form.with_code', { what: pick(one.names), code: one.id }) }));
  const heir = () => choice({ label: t('succession.to'), none: t('form.choose'), needed, options: others });
  const part = group({
    to: heir(),
    at: dayPart({ label: t('succession.at'), hint: t('succession.at_hint') }),
    split: list({
      legend: t('succession.split'),
      hint: t('succession.split_hint'),
      items: /** @type {Split[]} */ ([]),
      make: () => splitPart(work, heir()),
      words: listWords(t('succession.part')),
    }),
    reason: area({ label: t('act.reason'), needed, props: { maxlength: 500 } }),
  });
  const moves = el('section', { class: 'panel', id: 'moves', 'aria-live': 'polite' });
  const draw = () => show(moves, el('h2', {}, t('succession.moves')), movesOf(app, work, part.value()));
  draw();
  const back = `units/${id}`;
  const { nodes, failed } = sendingForm({
    app,
    part,
    agree: t('succession.go_on'),
    back,
    async send(body) {
      // What is wrong with it is told at its field, so it is not sent from within the question.
      const agreed = await ask(
        { title: t('act.of', { act: t('unitact.succeed'), what: pick(unit.names) }), body: [words(app, unit, body).map((one) => el('p', {}, one)), movesOf(app, work, body)], agree: t('unitact.succeed'), leave: t('do.cancel'), grave: true },
        async () => true,
        wordsFor,
      );
      if (!agreed) return;
      try {
        const done = await api.succeedUnit(id, sent(body), unit.etag);
        app.go(back, done.state === 'closed' ? t('succession.done') : t('succession.planned', { day: day(done.ends_on ?? null) }));
      } catch (error) {
        failed(error);
      }
    },
  });
  const form = el('section', { class: 'panel form', oninput: draw }, nodes);
  return { title: t('act.of', { act: t('unitact.succeed'), what: pick(unit.names) }), back: `#${back}`, nodes: [el('p', { class: 'quiet' }, t('succession.what')), form, moves] };
}

/** What a unit has that would move. @param {string} id @returns {Promise<Work>} */
async function workOf(id) {
  const [page, people, ...lists] = await Promise.all([api.licences({}), api.accounts(id), ...SORTS.map((sort) => api.entries(sort))]);
  const kinds = /** @type {Kind[]} */ (lists[SORTS.indexOf('kinds')]);
  return {
    counts: (page.counts ?? []).filter(({ unit }) => unit === id),
    kinds: kinds.filter((kind) => kind.units.includes(id)),
    entries: lists.flat().filter((entry) => entry.unit === id).length,
    people: people.length,
  };
}

/** One part of the work: of some kinds, or of holders of a region. @param {Work} work @param {import('../../kit/parts.js').Part<string | null>} to */
function splitPart(work, to) {
  const by = choice({ label: t('succession.by'), value: 'kinds', options: ['kinds', 'region'].map((one) => ({ value: one, label: t(`succession.by_${one}`) })) });
  const kinds = many({ legend: t('section.kinds'), options: work.kinds.map((kind) => ({ value: kind.code, label: kindLabel(kind) })), empty: t('form.none'), needed: t('form.needed'), narrow: t('form.narrow') });
  const region = line({ label: t('succession.region'), hint: t('succession.region_hint'), needed: t('form.needed'), fits: (text) => (/^\d{6}$/.test(text) ? '' : t('fault.one_region')), props: { inputmode: 'numeric', maxlength: 6, class: 'short' } });
  const chosen = () => (by.value() === 'region' ? region : kinds);
  const draw = () => {
    kinds.node.hidden = by.value() === 'region';
    region.node.hidden = by.value() !== 'region';
  };
  by.control.addEventListener('input', draw);
  draw();
  const whole = group({ by, kinds, region, to });
  return {
    ...whole,
    value: () => ({ kinds: by.value() === 'region' ? [] : kinds.value(), region: by.value() === 'region' ? region.value() : null, to: to.value() ?? '' }),
    missing: () => [...chosen().missing(), ...to.missing()],
  };
}

/** What is left out is today, and nothing goes to others. @param {any} body */
const sent = ({ to, at, split, reason }) => ({
  act: 'succeed',
  to,
  reason,
  ...(at ? { at } : {}),
  split: split.map((/** @type {Split} */ { kinds, region, to: heir }) => (region ? { region, to: heir } : { kinds, to: heir })),
});

/** What will happen, in words. @param {App} app @param {import('../types.d.ts').Schemas['UnitEntry']} unit @param {any} body */
function words(app, unit, { to, at, split }) {
  const regions = split.filter((/** @type {Split} */ { region }) => region);
  return [
    t(at ? 'succession.on_day' : 'succession.today', { unit: pick(unit.names), to: unitName(app, to), day: at ? day(at) : '' }),
    ...regions.map((/** @type {Split} */ { region, to: heir }) => t('succession.region_goes', { region: region ?? '', to: unitName(app, heir) })),
    t('succession.stays'),
    t('succession.no_way_back'),
  ];
}

/** How much of each kind goes to whom, and what else. @param {App} app @param {Work} work @param {any} body */
function movesOf(app, { counts, kinds, entries, people }, { to, split }) {
  const heirOf = (/** @type {string} */ kind) => split.find((/** @type {Split} */ one) => one.kinds?.includes(kind))?.to ?? to;
  const named = (/** @type {string | null} */ unit) => (unit ? unitName(app, unit) : '—');
  const codes = [...new Set([...counts.map(({ kind }) => kind), ...kinds.map(({ code }) => code)])];
  const number = (/** @type {string} */ code, /** @type {boolean} */ drafts) => counts.filter(({ kind, status }) => kind === code && DRAFTS.includes(status) === drafts).reduce((sum, { count }) => sum + count, 0);
  const parted = split.some((/** @type {Split} */ { region }) => region);
  return [
    codes.length === 0
      ? el('p', {}, t('succession.no_licences'))
      : table({
          caption: t('succession.moves'),
          head: [t('scene.kind'), t('section.licences'), t('succession.drafts'), t('succession.heir')],
          rows: codes.map((code) => [nameOfKind(kinds, code), String(number(code, false)), String(number(code, true)), named(heirOf(code)) + (parted && heirOf(code) === to ? t('succession.but_regions') : '')]),
        }),
    el('p', {}, t('succession.also', { entries, people, to: named(to) })),
  ];
}
