/** Draws schemas: what a value is in one line, and the members of an object as rows. */
import { t } from '../page/i18n.js';
import { el } from '../shared/dom.js';
import { nameOf } from './document.js';

/** @typedef {import('./types.d.ts').Schema} Schema */

/** The address of a named schema on the page. @param {string} name */
export const schemaId = (name) => `schema-${name}`;

/**
 * What a value of this schema is, in one line; a named schema as a link to where it is written out.
 *
 * @param {Schema | undefined} schema
 * @returns {import('../shared/dom.js').Child[]}
 */
export function shape(schema) {
  if (!schema) return [t('docs.any')];
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return [el('a', { href: `#${schemaId(name)}` }, name)];
  }
  if (schema.const !== undefined) return [code(schema.const)];
  if (schema.enum) return joined(schema.enum.map((value) => [code(value)]), ' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return joined(choices.map(shape), ' | ');
  if (schema.allOf) return joined(schema.allOf.map(shape), ' & ');
  if (schema.items) return [t('docs.list_of'), ' ', ...shape(schema.items)];
  if (typeof schema.additionalProperties === 'object') return [t('docs.map_of'), ' ', ...shape(schema.additionalProperties)];
  const types = [schema.type ?? (schema.properties ? 'object' : t('docs.any'))].flat();
  return [types.join(' | '), schema.format ? ` (${schema.format})` : null];
}

/**
 * A schema written out: what it is, and its members with theirs.
 *
 * @param {Schema} schema
 * @returns {import('../shared/dom.js').Child[]}
 */
export function written(schema) {
  // Parts of a whole: those with a name are linked in the line above.
  const parts = (schema.allOf ?? schema.oneOf ?? schema.anyOf ?? []).filter((part) => part.properties);
  return [
    schema.description ? el('p', { class: 'prose' }, prose(schema.description)) : null,
    schema.properties ? null : el('p', { class: 'shape' }, shape(schema)),
    schema.properties ? members(schema) : null,
    ...parts.map(members),
  ];
}

/**
 * @param {Schema} schema
 * @returns {HTMLElement}
 */
function members({ properties = {}, required = [] }) {
  return el(
    'ul',
    { class: 'members' },
    Object.entries(properties).map(([name, member]) => {
      const inner = member.items?.properties ? member.items : member;
      return el(
        'li',
        {},
        el('code', { class: 'name' }, name),
        ' ',
        el('span', { class: 'shape' }, shape(member)),
        required.includes(name) ? null : el('span', { class: 'optional' }, ` ${t('docs.optional')}`),
        member.description ? el('p', { class: 'prose quiet' }, prose(member.description)) : null,
        inner.properties ? members(inner) : null,
      );
    }),
  );
}

/** A description, whose only markup we show is code between backticks. @param {string} text */
export const prose = (text) => text.split('`').map((part, index) => (index % 2 === 0 ? part : el('code', {}, part)));

/** @param {unknown} value */
const code = (value) => el('code', {}, JSON.stringify(value));

/**
 * @param {import('../shared/dom.js').Child[][]} lists
 * @param {string} between
 */
const joined = (lists, between) => lists.flatMap((list, index) => (index === 0 ? list : [between, ...list]));
