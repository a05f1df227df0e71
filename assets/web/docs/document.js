/** Reads an OpenAPI document: its routes, and what a reference in it names. */

/**
 * @typedef {import('./types.d.ts').Document} Document
 * @typedef {import('./types.d.ts').Route} Route
 */

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/** What everything that names no area is put under. */
const NO_AREA = '';

/**
 * Every route, by area: the document's order of tags first, then the order in which further ones appear.
 *
 * @param {Document} document
 * @returns {Map<string, Route[]>}
 */
export function routesByArea(document) {
  /** @type {Map<string, Route[]>} */
  const areas = new Map((document.tags ?? []).map(({ name }) => [name, []]));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((one) => one in item)) {
      const operation = item[method];
      const area = operation.tags?.[0] ?? NO_AREA;
      const id = operation.operationId ?? `${method}-${path}`;
      if (!areas.has(area)) areas.set(area, []);
      areas.get(area)?.push({ id, method: method.toUpperCase(), path, area, operation });
    }
  }
  return new Map([...areas].filter(([, routes]) => routes.length > 0));
}

/**
 * Whether every word of `filter` is found in what a reader may look a route up by.
 *
 * @param {Route} route
 * @param {string} filter
 */
export function matches({ id, method, path, area, operation }, filter) {
  const text = [id, method, path, area, operation.summary, operation['x-action']].join(' ').toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/**
 * The answer that `response` is, or names.
 *
 * @param {Document} document
 * @param {import('./types.d.ts').Response | import('./types.d.ts').Reference} response
 * @returns {import('./types.d.ts').Response}
 */
export function responseOf(document, response) {
  if (!('$ref' in response)) return response;
  const name = nameOf(response.$ref);
  return document.components?.responses?.[name] ?? { description: name };
}

/** The last part of a reference, which is the name of what it refers to. @param {string} reference */
export const nameOf = (reference) => reference.slice(reference.lastIndexOf('/') + 1);
