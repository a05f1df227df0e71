/** The verifier's half of the handshake (core/README.md, "The handshake"): a fresh question as text and as a picture. */
import { svg } from '../shared/dom.js';

/**
 * A fresh question of the unit `rp` in its scene, `{question: {text, picture}}`; `{refused}`, in words, if none can be asked.
 * `scenes`: those of the catalogues.
 */
export async function ask(words, { rp, scene }, scenes) {
  const known = scenes.find(({ code }) => code === scene);
  if (!known) return { refused: words.t('widget.no_scene', { scene: scene ?? '-' }) };
  try {
    const wallet = await import('../wallet.js');
    const text = wallet.makeChallenge({ aud: known.audience, rp, scene });
    return { question: { text, picture: drawn(wallet.qrSvg(text), words.t('widget.question')) } };
  } catch (error) {
    return { refused: error.texts ? words.pick(error.texts) : words.t('widget.no_module') };
  }
}

/**
 * The SVG as nodes. It is the module's own and has two paths; taken apart, because a page with Trusted Types parses no
 * string, and one with a narrow `img-src` shows no data: picture.
 */
function drawn(source, name) {
  const [, box] = /viewBox="([\d ]+)"/.exec(source);
  const [paper, ink] = [...source.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
  return svg(
    'svg',
    { viewBox: box, class: 'qr', role: 'img', 'aria-label': name, 'shape-rendering': 'crispEdges' },
    svg('path', { d: paper, fill: '#fff' }),
    svg('path', { d: ink, fill: '#000' }),
  );
}
