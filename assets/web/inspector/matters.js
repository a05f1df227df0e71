/** Inspection matters: those of the inspector's unit, the one that is chosen, and what is asked in it. */
import { all, call, isProblem, NoNetwork } from '../page/client.js';
import { pick, t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';

/**
 * @typedef {import('../page/api-types.d.ts').components['schemas']['InspectionMatterEntry']} InspectionMatter
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 */

/** Everybody may read them; they are kept for cellars. */
const KEPT = 'lz.matters';

/** Who verifies in a matter. */
const ROLES = ['inspector', 'verifier', 'handler'];

/** @param {() => void} changed another matter, or none, was chosen */
export function matterChoice(changed) {
  /** @type {InspectionMatter[]} */
  let matters = kept();
  const select = el('select', { id: 'matter', name: 'matter', onchange: choose });
  const asked = el('section', { class: 'panel', id: 'ask', hidden: true });
  const node = el('div', { class: 'matter', hidden: true }, el('label', { for: 'matter' }, t('inspector.matter')), select, el('p', { class: 'quiet' }, t('inspector.matter_sends')));

  function draw() {
    const before = select.value;
    node.hidden = matters.length === 0;
    show(
      select,
      el('option', { value: '' }, t('inspector.no_matter')),
      matters.map(({ code, names }) => el('option', { value: code }, pick(names))),
    );
    select.value = matters.some(({ code }) => code === before) ? before : '';
    drawAsked();
    // One that is there no more holds no scene.
    if (select.value !== before) changed();
  }

  function drawAsked() {
    const ask = chosen()?.ask ?? [];
    asked.hidden = ask.length === 0;
    show(asked, el('h2', {}, t('inspector.ask')), el('ul', { class: 'asked' }, ask.map((line) => el('li', {}, line))));
  }

  function choose() {
    drawAsked();
    changed();
  }

  const chosen = () => matters.find(({ code }) => code === select.value) ?? null;

  /** Asks the server for those of the unit of whoever is logged in; without a network those kept are good. */
  async function load() {
    try {
      const { membership } = await call('GET', '/me');
      const verifies = membership?.roles.some((/** @type {string} */ role) => ROLES.includes(role));
      const found = verifies ? await all('/inspection-matters?in_force=true') : [];
      matters = found.filter((/** @type {InspectionMatter} */ { unit }) => unit === membership.unit.id);
      keep(matters);
    } catch (error) {
      if (isProblem(error, 401)) {
        matters = [];
        keep(matters);
      }
    }
    draw();
  }

  draw();
  return { node, asked, chosen, load };
}

/** What the matter says of a verdict: '' if it looks at this licence, or if there is none. @param {InspectionMatter} matter @param {Verdict} verdict */
export const outside = ({ kinds }, { licence }) => (licence && !kinds.includes(licence.kind.code) ? t('inspector.other_kind') : '');

/** Has the server verify and record it in the matter; what is told of that. @param {InspectionMatter} matter @param {string} input */
export async function recorded({ code }, input) {
  try {
    const verdict = await call('POST', '/verify', { input, matter: code });
    return verdict.message ? t('inspector.recorded', { message: pick(verdict.message) }) : t('inspector.not_recorded');
  } catch (error) {
    return error instanceof NoNetwork ? t('inspector.no_record') : wordsFor(error);
  }
}

/** @returns {InspectionMatter[]} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]');
  } catch {
    return [];
  }
}

// Storage can be switched off in a browser: then they are there with a network only.
/** @param {InspectionMatter[]} matters */
function keep(matters) {
  try {
    if (matters.length === 0) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(matters));
  } catch {
    // Nothing to do: see above.
  }
}
