/** What is proposed, in words. */
import { pick, t } from '../page/i18n.js';

/** @param {import('./types.d.ts').Schemas['Proposal']} proposal */
export const proposalName = ({ sort, sort_label: label, act }) => (sort === 'licence_act' ? t('act.of', { act: t(`licenceact.${act}`), what: pick(label) }) : pick(label));
