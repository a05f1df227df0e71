/** `/api/docs`: the API's own description (`/api/openapi.json`), by area, for people who write programs against it. */
import { problemNotice, say } from '../kit/notice.js';
import { heading, main } from '../page/frame.js';
import { t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';
import { matches, nameOf, responseOf, routesByArea } from './document.js';
import { prose, schemaId, shape, written } from './schema.js';

/**
 * @typedef {import('./types.d.ts').Document} Document
 * @typedef {import('./types.d.ts').Route} Route
 */

const DOCUMENT = '/api/openapi.json';

const filter = el('input', {
  id: 'filter',
  type: 'search',
  autocomplete: 'off',
  spellcheck: 'false',
  placeholder: '/wallet',
  oninput: drawList,
});
const count = el('p', { class: 'quiet', id: 'count', role: 'status' });
const list = el('div', { id: 'routes' });
const problem = problemNotice();

heading(t('docs.title'), '/');
show(main(), problem);
const description = await read();
if (description) {
  drawFrame(description);
  drawList();
  addEventListener('hashchange', openNamed);
  openNamed();
}
document.documentElement.dataset.ready = 'online';

/** @returns {Promise<Document | null>} */
async function read() {
  try {
    const response = await fetch(DOCUMENT, { cache: 'no-cache', credentials: 'omit' });
    if (!response.ok) throw new Error(String(response.status));
    return await response.json();
  } catch {
    say(problem, t('docs.unreadable'));
    return null;
  }
}

/** @param {Document} document */
function drawFrame({ info, components }) {
  const schemas = Object.entries(components?.schemas ?? {});
  show(
    main(),
    el(
      'section',
      { class: 'panel' },
      el('h2', {}, `${info.title} ${info.version}`),
      info.description ? el('p', { class: 'prose' }, prose(info.description)) : null,
      el('p', {}, t('docs.document'), ' ', el('a', { href: DOCUMENT }, DOCUMENT)),
      el('label', { for: 'filter' }, t('docs.filter')),
      filter,
      count,
    ),
    list,
    el(
      'section',
      { class: 'area' },
      el('h2', {}, t('docs.schemas')),
      schemas.map(([name, schema]) =>
        el('details', { id: schemaId(name), class: 'item' }, el('summary', {}, el('code', {}, name)), el('div', { class: 'body' }, written(schema))),
      ),
    ),
  );
}

function drawList() {
  if (!description) return;
  const tags = new Map((description.tags ?? []).map((tag) => [tag.name, tag.description]));
  let shown = 0;
  const areas = [...routesByArea(description)].map(([area, routes]) => {
    const found = routes.filter((route) => matches(route, filter.value.trim()));
    shown += found.length;
    if (found.length === 0) return null;
    return el(
      'section',
      { class: 'area', 'data-area': area },
      el('h2', {}, area || t('docs.no_area')),
      tags.get(area) ? el('p', { class: 'quiet' }, prose(tags.get(area) ?? '')) : null,
      found.map(item),
    );
  });
  show(list, areas);
  show(count, t('docs.count', { n: shown }));
}

/** One route: its line, and below it all there is to know. @param {Route} route */
function item({ id, method, path, operation }) {
  const { summary, description: text, parameters = [], requestBody, responses = {} } = operation;
  return el(
    'details',
    { class: 'item route', id },
    el(
      'summary',
      {},
      el('span', { class: `method method-${method.toLowerCase()}` }, method),
      el('code', { class: 'path' }, path),
      summary ? el('span', { class: 'summary' }, summary) : null,
    ),
    el(
      'div',
      { class: 'body' },
      text ? el('p', { class: 'prose' }, prose(text)) : null,
      el('p', {}, el('strong', {}, t('docs.who')), ' ', caller(operation['x-action'])),
      parameters.length > 0 ? [el('h3', {}, t('docs.parameters')), parameterTable(parameters)] : null,
      requestBody ? [el('h3', {}, t('docs.request')), content(requestBody.content, true)] : null,
      el('h3', {}, t('docs.answers')),
      Object.entries(responses).map(([status, response]) => answer(status, response)),
    ),
  );
}

/** @param {string | undefined} action */
function caller(action) {
  if (action === 'Public') return t('docs.public');
  if (action === 'Session' || !action) return t('docs.session');
  return [t('docs.permitted'), ' ', el('code', {}, action)];
}

/** @param {import('./types.d.ts').Parameter[]} parameters */
function parameterTable(parameters) {
  return el(
    'ul',
    { class: 'members' },
    parameters.map((parameter) =>
      el(
        'li',
        {},
        el('code', { class: 'name' }, parameter.name),
        ' ',
        el('span', { class: 'shape' }, parameter.in, ' · ', shape(parameter.schema)),
        parameter.required ? null : el('span', { class: 'optional' }, ` ${t('docs.optional')}`),
        parameter.description ? el('p', { class: 'prose quiet' }, prose(parameter.description)) : null,
      ),
    ),
  );
}

/**
 * @param {string} status
 * @param {import('./types.d.ts').Response | import('./types.d.ts').Reference} given
 */
function answer(status, given) {
  const response = description ? responseOf(description, given) : { description: '' };
  const failed = !/^[123]/.test(status);
  return el(
    'div',
    { class: 'answer' },
    el('p', {}, el('span', { class: failed ? 'status status-failed' : 'status' }, status), ' ', prose(response.description)),
    response.content ? content(response.content, !failed) : null,
  );
}

/**
 * What is sent or answered, by content type.
 *
 * @param {import('./types.d.ts').Content} given
 * @param {boolean} inFull also writes out a named schema; problems are all alike, and stand written out once
 */
function content(given, inFull) {
  return Object.entries(given).map(([type, { schema }]) => {
    const named = schema?.$ref && inFull ? description?.components?.schemas?.[nameOf(schema.$ref)] : schema;
    return el(
      'div',
      { class: 'content' },
      el('p', { class: 'quiet' }, type, schema?.$ref ? [' · ', shape(schema)] : null),
      named && !named.$ref ? written(named) : null,
    );
  });
}

/** Opens what the address names, so that a link to a route or a schema shows it. */
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
}
