/**
 * Builds DOM nodes. Text only ever becomes text nodes: no string is parsed as HTML anywhere in these pages, so what a
 * licence says cannot turn into markup.
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @typedef {Node | string | null | undefined} Child
 * @typedef {readonly (Child | readonly (Child | readonly Child[])[])[]} List lists of lists, as `map` makes them
 * @typedef {Child | List} Children
 *
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Props
 *   `class`, `on…` listeners, boolean and string attributes
 */

/**
 * An HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {Children[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/**
 * An SVG element; as `el`.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {Children[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

/**
 * Replaces what `parent` holds.
 *
 * @param {ParentNode} parent
 * @param {Children[]} children
 */
export function show(parent, ...children) {
  parent.replaceChildren(...flat(children));
}

/**
 * @template {Element} T
 * @param {T} node
 * @param {Props} props
 * @param {Children[]} children
 */
function filled(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...flat(children));
  return node;
}

/** @param {Children[]} children */
function flat(children) {
  const all = /** @type {Child[]} */ (children.flat(Infinity));
  return all.filter((child) => child !== null && child !== undefined);
}
