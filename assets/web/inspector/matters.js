/** Inspection matters: those of the inspector's unit, the one that is chosen, and what is asked in it. */
import { all, call, isProblem, NoNetwork } from '../page/client.js';
import { pick, t } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { el, show } from '../shared/dom.js';
import { keep, kept } from './staff.js';

/**
 * @typedef {import('../page/api-types.d.ts').components['schemas']['InspectionMatterEntry']} InspectionMatter
 * @typedef {import('/assets/wasm/verifier.js').Verdict} Verdict
 */

/** Everybody may read them; they are kept for cellars. */
const KEPT = 'lz.matters';

/** The code of the one that is chosen here: whoever loads the page anew goes on in it. */
const CHOSEN = 'lz.matter';

/** @param {() => void} changed another matter, or none, was chosen; not called before the page is there */
export function matterChoice(changed) {
  /** @type {InspectionMatter[]} */
  let matters = kept(KEPT) ?? [];
  /** @type {HTMLSelectElement} */
  const select = el('select', { id: 'matter', name: 'matter', onchange: () => choose(select.value) });
  const node = el('div', { class: 'field', hidden: true }, el('label', { for: 'matter' }, t('inspector.matter')), select, el('p', { class: 'quiet' }, t('inspector.matter_sends')));

  function draw() {
    const before = chosen()?.code ?? kept(CHOSEN) ?? '';
    node.hidden = matters.length === 0;
    show(
      select,
      el('option', { value: '' }, t('inspector.no_matter')),
      matters.map(({ code, names }) => el('option', { value: code }, pick(names))),
    );
    select.value = matters.some(({ code }) => code === before) ? before : '';
  }

  /** @param {string} code '' for none */
  function choose(code) {
    select.value = code;
    keep(CHOSEN, code || null);
    changed();
  }

  const chosen = () => matters.find(({ code }) => code === select.value) ?? null;

  /** Asks the server for those of the staff's unit; without a network those kept are good. @param {import('./staff.js').Staff | null} staff */
  async function load(staff) {
    try {
      const found = staff ? await all('/inspection-matters?in_force=true') : [];
      matters = found.filter((/** @type {InspectionMatter} */ { unit }) => unit === staff?.unit.id);
      keep(KEPT, matters);
    } catch (error) {
      if (isProblem(error, 401)) keep(KEPT, (matters = []));
    }
    const before = select.value;
    draw();
    // One that is there no more holds no scene.
    if (select.value !== before) choose(select.value);
  }

  draw();
  return { node, chosen, choose, load };
}

/** What is asked in a matter. @param {InspectionMatter | null} matter */
export const asked = (matter) =>
  matter && matter.ask.length > 0
    ? el('section', { id: 'ask' }, el('h3', {}, t('inspector.ask')), el('ul', { class: 'asked' }, matter.ask.map((line) => el('li', {}, line))))
    : null;

/** What the matter says of a verdict: '' if it looks at this licence, or if there is none. @param {InspectionMatter} matter @param {Verdict} verdict */
export const outside = ({ kinds }, { licence }) => (licence && !kinds.includes(licence.kind.code) ? t('inspector.other_kind') : '');

/**
 * Has the server verify and record it in the matter; what is told of that, and whether it stands in the record now.
 *
 * @param {InspectionMatter} matter
 * @param {string} input
 * @param {string | null} challenge
 */
export async function recorded({ code }, input, challenge) {
  try {
    const verdict = await call('POST', '/verify', { input, matter: code, challenge });
    if (!verdict.message) return { said: t('inspector.not_recorded'), logged: false };
    return { said: t('inspector.recorded', { message: pick(verdict.message) }), logged: true };
  } catch (error) {
    return { said: error instanceof NoNetwork ? t('inspector.no_record') : wordsFor(error), logged: false };
  }
}
