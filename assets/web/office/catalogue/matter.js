/** The form of a matter. */
import { group } from '../../kit/composed.js';
import { line } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import { matterCodeFault } from './codes.js';
import { code, names, owner, word } from './common.js';

/**
 * @param {Partial<import('../types.d.ts').Matter>} body
 * @param {import('./common.js').Context} context
 */
export function matterForm(body, context) {
  const members = {
    code: code(context, { label: t('matter.code'), hint: t('matter.code_hint'), value: body.code, fits: matterCodeFault }),
    names: names(body.names),
    unit: owner(context, body.unit),
    type: word({ label: t('member.type'), hint: t('matter.type_hint'), words: ['issuing', 'using'], word: (one) => t(`mattertype.${one}`), value: body.type }),
    system: line({ label: t('member.system'), hint: t('matter.system_hint'), value: body.system }),
  };
  return group(members, { nodes: el('section', { class: 'panel form' }, Object.values(members).map(({ node }) => node)) });
}
