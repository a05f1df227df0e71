/** `/`: what this installation is, where its pages are, and how to see a licence shown and verified. */
import { rows } from '../kit/rows.js';
import { heading, main } from '../page/frame.js';
import { pick, t } from '../page/i18n.js';
import { contentOf } from '../page/signed.js';
import { el, show } from '../shared/dom.js';
import { sign } from '../shared/shapes.js';
import { newcomer } from './demo.js';
import { phonePanel } from './phone.js';
import { walk } from './walk.js';

const facts = el('dl', { class: 'facts', id: 'facts' });

/** Who is led through a demo; null on a server in earnest, or at an address without him. */
const led = newcomer(location.hash);

// Another address behind the # is another page.
addEventListener('hashchange', () => location.reload());

draw();
await drawFacts();
document.documentElement.dataset.ready = 'online';

function draw() {
  heading(t('home.title'));
  show(
    main(),
    el('section', { class: 'hero' }, el('p', { class: 'lead' }, t('home.lead')), el('p', {}, t('home.legal'))),
    led ? walk(led) : null,
    el(
      'nav',
      { class: 'doors', 'aria-label': t('home.doors') },
      door('/wallet', t('home.wallet'), t('home.wallet_what'), true),
      door('/verify', t('home.verify'), t('home.verify_what'), true),
      door('/exempt-materials', t('home.exempt'), t('home.exempt_what')),
      door('/public-licences', t('home.public'), t('home.public_what')),
      door('/office', t('home.office'), t('home.office_what')),
      door('/api/docs', t('home.docs'), t('home.docs_what')),
    ),
    led ? null : byHand(),
    phonePanel(),
    el('section', { class: 'panel' }, el('h2', {}, t('home.about')), facts),
  );
}

/** The three steps in words, for whoever has an account here. */
function byHand() {
  return el(
    'section',
    { class: 'panel' },
    el('h2', {}, t('home.try')),
    el(
      'ol',
      { class: 'steps' },
      step(t('home.step_show'), t('home.step_show_how')),
      step(t('home.step_scan'), t('home.step_scan_how')),
      step(t('home.step_verdict'), t('home.step_verdict_how')),
    ),
    el('p', { class: 'quiet' }, t('home.demo')),
  );
}

/**
 * @param {string} href
 * @param {string} name
 * @param {string} what
 * @param {boolean} [first] for the two that most people come for
 */
function door(href, name, what, first = false) {
  return el(
    'a',
    { class: first ? 'door door-first' : 'door', href },
    el('span', { class: 'door-name' }, name, el('span', { 'aria-hidden': 'true' }, ' →')),
    el('span', {}, what),
  );
}

/**
 * @param {string} name
 * @param {string} how
 */
function step(name, how) {
  return el('li', {}, el('h3', {}, name), el('p', {}, how));
}

/** Who runs this installation, and what its catalogue holds, as it publishes them. */
async function drawFacts() {
  const [trust, catalogue, version] = await Promise.all([
    contentOf('/.well-known/trust-list').catch(() => null),
    contentOf('/.well-known/catalogue').catch(() => null),
    fetch('/version').then((response) => response.json(), () => null),
  ]);
  /** @type {string[]} */
  const operators = (trust?.operators ?? []).map((/** @type {any} */ { id, names }) => pick(names) || id);
  /** @type {[string, string][]} */
  const known = [];
  if (operators.length > 0) known.push([t('home.operator'), operators.join(t('home.and'))]);
  if (catalogue) {
    const { units, kinds, scenes } = catalogue;
    const counted = { units: units.length, kinds: kinds.length, scenes: scenes.length };
    known.push([t('home.catalogue'), t('home.catalogue_holds', counted)]);
  }
  if (version) known.push([t('home.version'), version.version]);
  if (known.length > 0) show(facts, rows(known));
  else show(facts, el('div', {}, sign('diamond', 'question'), t('error.no_network')));
}
