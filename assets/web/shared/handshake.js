/** The verifier's half of the handshake (core/README.md, "The handshake"): a fresh question as text and as a picture. */
import { el, svg } from './dom.js';
import { hasTexts } from './words.js';

/**
 * @typedef {import('./words.js').Words} Words
 * @typedef {Pick<typeof import('/assets/wasm/wallet.js'), 'makeChallenge' | 'qrSvg'>} Maker
 * @typedef {{ text: string, picture: SVGElement }} Question
 */

/**
 * A fresh question of the unit `rp` in its scene; `refused`, in words, if none can be asked. `scenes`: those of the
 * catalogues; `loadMaker` imports the module that makes and draws it.
 *
 * @param {Words} words
 * @param {{ rp: string, scene: string | null }} asking
 * @param {{ code: string, audience: string }[]} scenes
 * @param {() => Promise<Maker>} loadMaker
 * @returns {Promise<{ question?: Question, refused?: string }>}
 */
export async function ask(words, { rp, scene }, scenes, loadMaker) {
  const known = scenes.find(({ code }) => code === scene);
  if (!known || scene === null) return { refused: words.t('scan.no_scene', { scene: scene ?? '-' }) };
  try {
    const maker = await loadMaker();
    const text = maker.makeChallenge({ aud: known.audience, rp, scene });
    return { question: { text, picture: drawn(maker.qrSvg(text), words.t('scan.question')) } };
  } catch (error) {
    return { refused: hasTexts(error) ? words.pick(error.texts) : words.t('scan.no_module') };
  }
}

/** The question, and who asks it. @param {Words} words @param {Question} question @param {string} unit */
export const asked = ({ t }, question, unit) =>
  el('div', { class: 'question' }, el('p', {}, t('scan.ask', { unit })), question.picture);

/**
 * The SVG as nodes. It is the module's own and has two paths; taken apart, because a page with Trusted Types parses no
 * string, and one with a narrow `img-src` shows no data: picture.
 *
 * @param {string} source
 * @param {string} name
 */
function drawn(source, name) {
  const [, box] = /viewBox="([\d ]+)"/.exec(source) ?? [];
  const [paper, ink] = [...source.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
  return svg(
    'svg',
    { viewBox: box, class: 'qr', role: 'img', 'aria-label': name, 'shape-rendering': 'crispEdges' },
    svg('path', { d: paper, fill: '#fff' }),
    svg('path', { d: ink, fill: '#000' }),
  );
}
