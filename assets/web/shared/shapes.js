/** The shapes of verdicts and checks: each state differs by shape and word, never by colour alone. */
import { svg } from './dom.js';

const OUTLINES = {
  circle: { d: 'M24 2a22 22 0 1 0 0 44a22 22 0 0 0 0-44z' },
  triangle: { d: 'M24 3L47 45H1z' },
  octagon: { d: 'M15 2h18l13 13v18L33 46H15L2 33V15z' },
  square: { d: 'M5 3h38a2 2 0 0 1 2 2v38a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z' },
  diamond: { d: 'M24 1L47 24L24 47L1 24z' },
};

const MARKS = {
  tick: 'M13 25l8 8l15-17',
  cross: 'M15 15l18 18M33 15L15 33',
  bang: 'M24 18v13M24 37v2',
  pause: 'M18 15v18M30 15v18',
  question: 'M18 19a6 6 0 1 1 8 6c-2 1-2 2-2 4M24 35v2',
  again: 'M34 19a11 11 0 1 0 1 8M35 11v8h-8',
  barred: 'M24 11a13 13 0 1 0 0 26a13 13 0 0 0 0-26zM15 15l18 18',
  dash: 'M14 24h20',
};

/**
 * @typedef {keyof typeof OUTLINES} Outline
 * @typedef {keyof typeof MARKS} Mark
 */

/**
 * A verdict's sign, drawn in the text colour of the place it stands in. The word beside it says the same.
 *
 * @param {Outline} outline
 * @param {Mark} mark
 */
export function sign(outline, mark) {
  return svg(
    'svg',
    { viewBox: '0 0 48 48', class: 'sign', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: OUTLINES[outline].d, class: 'sign-outline' }),
    svg('path', { d: MARKS[mark], class: 'sign-mark' }),
  );
}
