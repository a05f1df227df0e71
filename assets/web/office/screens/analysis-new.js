/** Applying for counts of persons over licences: of which kinds, by what, for what; with a picture of what will be told. */
import { group } from '../../kit/composed.js';
import { area, choice, many, number } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';

/** @typedef {import('../types.d.ts').Schemas['Dimension']} Dimension */

/** @type {Dimension[]} */
const DIMENSIONS = ['kind', 'unit', 'status', 'year', 'month'];
const STATUSES = ['ACTIVE', 'ON_HOLD', 'SEIZED', 'REPORTED_LOST', 'DISABLED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED'];

/** @type {import('../types.d.ts').Screen} */
export async function newAnalysisScreen(app) {
  const kinds = (await api.entries('kinds')).filter((kind) => kind.state === 'published');
  const narrow = t('form.narrow');
  const dimensions = DIMENSIONS.map((one) => ({ value: one, label: t(`dimension.${one}`) }));
  const of = many({ legend: t('analysis.kinds'), hint: t('analysis.kinds_hint'), options: kinds.map(({ code }) => ({ value: code, label: nameOfKind(kinds, code) })), needed: t('form.needed'), narrow });
  const first = choice({ label: t('analysis.first'), value: 'year', options: dimensions });
  const second = choice({ label: t('analysis.second'), none: t('analysis.no_second'), options: () => dimensions.filter(({ value }) => value !== first.value()) });
  const status = many({ legend: t('analysis.statuses'), hint: t('analysis.filter_hint'), options: STATUSES.map((one) => ({ value: one, label: t(`licencestate.${one}`) })), narrow });
  const unit = many({ legend: t('analysis.issuers'), hint: t('analysis.filter_hint'), options: issuersOf(kinds, app), narrow });
  const from = number({ label: t('analysis.from'), wrong: t('analysis.year_wrong') });
  const to = number({ label: t('analysis.to'), wrong: t('analysis.year_wrong') });
  const purpose = area({ label: t('analysis.purpose'), hint: t('analysis.purpose_hint'), needed: t('form.needed'), props: { maxlength: 500 } });
  const shape = el('div', { id: 'shape' });
  const part = group({ kinds: of, first, second, status, unit, from, to, purpose });
  const keyFor = keyOnce();
  const { form, above } = sendingForm({
    app,
    part: { ...part, place: (path) => part.place(placeOf(path)), refresh: () => undefined },
    agree: t('analysis.apply'),
    back: 'analyses',
    where: whereOf,
    async send() {
      const sent = asked();
      const made = await api.applyForAnalysis(sent, keyFor(JSON.stringify(sent)));
      app.go(`analyses/${made.id}`, t('analysis.applied'));
    },
  });
  form.addEventListener('input', (event) => {
    if (event.target === first.control) second.refresh();
    draw();
  });
  draw();

  /** What is sent. */
  function asked() {
    const year = from.value() || to.value() ? { from: from.value() ?? 1900, to: to.value() ?? 2200 } : null;
    const group_by = /** @type {Dimension[]} */ ([first.value(), second.value()].filter((one) => one));
    return { kinds: of.value(), group_by, filter: { status: status.value(), unit: unit.value(), year }, purpose: purpose.value() ?? '' };
  }

  /** The table that will be told, with no number in it. */
  function draw() {
    const head = [first.value(), second.value()].filter((one) => one).map((one) => t(`dimension.${one}`));
    show(shape, table({ caption: t('analysis.shape'), head: [...head, t('analysis.persons')], rows: [[...head.map(() => t('analysis.each')), t('analysis.ten_or_more')], [...head.map(() => t('analysis.each')), t('analysis.hidden')]] }));
  }

  const preview = el('section', { class: 'panel' }, el('h2', {}, t('analysis.shape')), el('p', { class: 'hint' }, t('analysis.shape_hint')), shape);
  return { title: t('analysis.apply'), back: '#analyses', nodes: [el('section', { class: 'panel form' }, above, form), preview] };
}

/** Which control a member of the body stands in. @param {readonly string[]} path */
const placeOf = ([member, filtered]) => [{ group_by: 'first', filter: filtered === 'year' ? 'from' : filtered }[member] ?? member];

/** Words for a member of the body. @param {string} pointer */
function whereOf(pointer) {
  const [, member, filtered] = pointer.split('/');
  if (member === 'kinds') return t('analysis.kinds');
  if (member === 'group_by') return t('analysis.group_by');
  if (member === 'purpose') return t('analysis.purpose');
  return t({ status: 'analysis.statuses', unit: 'analysis.issuers' }[filtered] ?? 'analysis.from');
}

/** The units that issue any kind. @param {import('../types.d.ts').Kind[]} kinds @param {import('../types.d.ts').App} app */
function issuersOf(kinds, app) {
  const units = [...new Set(kinds.flatMap((kind) => (kind.units.length > 0 ? kind.units : [kind.unit])))];
  return units.map((/** @type {string} */ unit) => ({ value: unit, label: pick(app.units.get(unit)) || unit }));
}
