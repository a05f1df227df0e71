/**
 * Builds DOM nodes. Text only ever becomes text nodes: no string is parsed as HTML anywhere in these pages, so what a
 * licence says cannot turn into markup.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. `props`: `class`, `on…` listeners, boolean and string attributes; children: nodes or strings. */
export function el(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/** An SVG element; as `el`. */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

/** Replaces what `parent` holds. */
export function show(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
}

function filled(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}
