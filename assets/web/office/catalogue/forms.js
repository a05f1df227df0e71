/** Which form belongs to which sort of entry, and what its choices are. */
import { pick, t } from '../../page/i18n.js';
import * as api from '../api.js';
import { inspectionMatterForm } from './inspection-matter.js';
import { kindForm } from './kind.js';
import { matterForm } from './matter.js';
import { sceneForm } from './scene.js';
import { usingListForm } from './using-list.js';

/**
 * @typedef {import('../types.d.ts').Sort} Sort
 * @typedef {import('../types.d.ts').Choices} Choices
 */

/** @type {Record<Sort, (body: any, context: import('./common.js').Context) => import('../../kit/parts.js').Part<any>>} */
export const FORMS = { matters: matterForm, kinds: kindForm, scenes: sceneForm, 'inspection-matters': inspectionMatterForm, 'using-lists': usingListForm };

/** What the forms of `sort` choose among. @param {import('../types.d.ts').App} app @param {Sort} sort @returns {Promise<Choices>} */
export async function choicesFor(app, sort) {
  const [matters, kinds, scenes] = await Promise.all([
    sort === 'kinds' || sort === 'using-lists' ? api.entries('matters') : [],
    sort === 'matters' ? [] : api.entries('kinds'),
    sort === 'inspection-matters' ? api.entries('scenes') : [],
  ]);
  const own = app.member.unit;
  // A kind comes of an issuing matter; a unit uses licences in its own using matters.
  const fits = (/** @type {any} */ { state, type, unit }) => state === 'published' && (sort === 'kinds' ? type === 'issuing' : type === 'using' && unit === own.id);
  const units = new Map([...app.units, [own.id, own.names]]);
  return {
    units: [...units].map(([value, names]) => ({ value, label: t('form.with_code', { what: pick(names), code: value }) })),
    matters: matters.filter(fits).map(({ code, names }) => ({ value: code, label: t('form.with_code', { what: pick(names), code }) })),
    kinds,
    scenes,
  };
}

/** What of an entry is sent: all but where it stands. @param {any} entry */
export function bodyOf(entry) {
  const { state: _state, version: _version, etag: _etag, ...body } = entry;
  return body;
}
