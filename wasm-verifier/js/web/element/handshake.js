/** The verifier's half of the handshake (core/README.md, "The handshake"): a fresh question as text and as a picture. */
import { svg } from '../shared/dom.js';

/** A fresh challenge for `rp` in `scene`, and the drawing of it, with `name` for those who cannot see it. */
export function challenge(wallet, { aud, rp, scene }, name) {
  const text = wallet.makeChallenge({ aud, rp, scene });
  return { text, picture: drawn(wallet.qrSvg(text), name) };
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
