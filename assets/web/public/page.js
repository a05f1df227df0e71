/**
 * `/public-licences`: anybody looks up licences of kinds that are public by law (R57), by the whole number, or by kind and the
 * holder's whole name. What is looked for stands behind the # of the address, which never leaves the browser.
 */
import { problemNotice, say } from '../kit/notice.js';
import { choice, line } from '../kit/parts.js';
import { rows } from '../kit/rows.js';
import { call } from '../page/client.js';
import { heading, main } from '../page/frame.js';
import { day, moment, pick, t } from '../page/i18n.js';
import { turns } from '../page/turns.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';

/**
 * @typedef {import('../page/api-types.d.ts').components['schemas']['PublicKind']} PublicKind
 * @typedef {import('../page/api-types.d.ts').components['schemas']['PublicLicence']} PublicLicence
 */

const number = line({
  label: t('public.identifier'),
  hint: t('public.identifier_hint'),
  needed: t('public.identifier_needed'),
  props: { maxlength: 60, spellcheck: false, class: 'code' },
});
/** @type {{ value: string, label: string }[]} */
let known = [];
const kind = choice({ label: t('public.kind'), options: () => known, none: t('public.kind_none'), needed: t('public.kind_needed') });
const holder = line({ label: t('public.holder'), hint: t('public.holder_hint'), needed: t('public.holder_needed'), props: { maxlength: 100 } });

const notice = problemNotice();
const count = el('p', { class: 'quiet', role: 'status', id: 'count' });
const found = el('ul', { class: 'found', id: 'found' });
const more = el('button', { type: 'button', class: 'button secondary', id: 'more', hidden: true, onclick: () => read(false) }, t('public.more'));

/** Where the next page begins. */
let cursor = '';
let shown = 0;

const { begin } = turns();

heading(t('public.title'), '/');
const byName = way('by-name', t('public.by_name'), [kind, holder], () => ({ kind: kind.value() ?? '', holder_name: holder.value() ?? '' }));
const byNumber = way('by-number', t('public.by_number'), [number], () => ({ identifier: number.value() ?? '' }));
show(main(), el('p', {}, t('public.lead')), el('div', { class: 'ways' }, byNumber, byName), notice, count, found, more);
await offerKinds();
addEventListener('hashchange', () => void look());
await look();
document.documentElement.dataset.ready = 'online';

/**
 * One way to ask.
 *
 * @param {string} id
 * @param {string} title
 * @param {readonly (import('../kit/parts.js').Part<string | null>)[]} parts
 * @param {() => Record<string, string>} said
 */
function way(id, title, parts, said) {
  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    const missing = parts.flatMap((part) => part.missing());
    for (const { place, words } of missing) place.tell(words);
    if (missing[0]) missing[0].place.focus();
    else ask(new URLSearchParams(said()));
  }
  return el(
    'form',
    { class: 'panel way', id, onsubmit: submitted, 'aria-label': title, novalidate: true },
    el('h2', {}, title),
    parts.map((part) => part.node),
    el('button', { type: 'submit', class: 'button primary' }, t('public.find')),
  );
}

/** Puts a question into the address, which is then answered; the same one again is asked anew. @param {URLSearchParams} said */
function ask(said) {
  const before = location.hash;
  location.hash = `${said}`;
  if (location.hash === before) read(true);
}

/** The kinds there are, by their names; without one nobody is asked for a kind. */
async function offerKinds() {
  try {
    /** @type {PublicKind[]} */
    const kinds = [];
    let next = '';
    do {
      const page = await call('GET', `/public/kinds${next && `?cursor=${encodeURIComponent(next)}`}`);
      kinds.push(...page.items);
      next = page.next ?? '';
    } while (next !== '');
    known = kinds.map(({ kind: value, names }) => ({ value, label: pick(names) }));
    kind.refresh();
    byName.hidden = known.length === 0;
  } catch (error) {
    byName.hidden = true;
    say(notice, wordsFor(error));
  }
}

/** What the address asks for. */
function asked() {
  const said = new URLSearchParams(location.hash.slice(1));
  const keys = ['identifier', 'kind', 'holder_name'].filter((key) => said.get(key));
  return new URLSearchParams(keys.map((key) => [key, said.get(key) ?? '']));
}

/** Shows in the forms what the address asks for, and answers it. */
async function look() {
  const said = asked();
  number.control.value = said.get('identifier') ?? '';
  holder.control.value = said.get('holder_name') ?? '';
  kind.control.value = said.get('kind') ?? '';
  await read(true);
}

/** @param {boolean} anew */
async function read(anew) {
  const late = begin();
  const said = asked();
  if (anew) {
    cursor = '';
    shown = 0;
    more.hidden = true;
    count.textContent = '';
    show(found);
  }
  if (`${said}` === '') return;
  say(notice, '');
  if (cursor) said.set('cursor', cursor);
  try {
    const page = await call('GET', `/public/licences?${said}`);
    if (late()) return;
    shown += page.items.length;
    cursor = page.next ?? '';
    found.append(...page.items.map(card));
    more.hidden = cursor === '';
    count.textContent = shown === 0 ? t('public.none') : t(cursor === '' ? 'public.count' : 'public.count_more', { n: shown });
  } catch (error) {
    if (!late()) say(notice, wordsFor(error));
  }
}

/** @param {PublicLicence} licence */
function card(licence) {
  const told = /** @type {[string, string][]} */ (licence.fields.map(({ label, value }) => [pick(label), value || t('public.empty')]));
  const until = licence.valid_to === null ? t('public.long') : day(licence.valid_to);
  return el(
    'li',
    { class: 'panel' },
    el('h2', {}, pick(licence.kind_names)),
    el('p', { class: `status ${licence.status === 'ACTIVE' ? 'in-force' : 'not-in-force'}` }, t('public.status', { status: pick(licence.status_label), since: moment(licence.status_since, false) })),
    el(
      'dl',
      { class: 'facts' },
      rows([
        ...told,
        [t('public.valid'), t('public.from_to', { from: day(licence.valid_from), to: until })],
        [t('public.unit'), pick(licence.unit_names)],
        [t('public.identifier'), licence.identifier],
      ]),
    ),
    el('p', { class: 'quiet' }, t('public.bar')),
  );
}
