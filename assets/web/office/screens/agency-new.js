/** Entering who acts for a firm or a ward: for whom, who, on what evidence, until when. Another person approves it. */
import { fixed, group } from '../../kit/composed.js';
import { area } from '../../kit/parts.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { dayPart, holderPart } from '../issuing/words.js';
import { keyOnce } from '../once.js';
import { personPart } from '../people/words.js';
import { sendingForm } from '../sending.js';
import { SAVE } from '../shortcuts.js';

/** @type {import('../types.d.ts').Screen} */
export function newAgencyScreen(app) {
  const holder = holderPart({ legend: t('agency.holder'), types: ['legal', 'unincorporated', 'natural'] });
  const part = group({
    holder,
    level: levelPart(() => holder.value().type),
    agent: personPart({ legend: t('agency.agent'), hint: t('agency.agent_hint') }),
    evidence: area({ label: t('agency.evidence'), hint: t('agency.evidence_hint'), needed: t('form.needed'), props: { maxlength: 500 } }),
    until: dayPart({ label: t('agency.until'), hint: t('agency.until_hint') }),
  });
  const keyFor = keyOnce();
  const { nodes, submit } = sendingForm({
    app,
    part,
    agree: t('agency.enter'),
    back: 'agencies',
    async send(body) {
      await api.enterAgency(body, keyFor(JSON.stringify(body)));
      app.go('agencies', t('agency.entered_now'));
    },
  });
  return { title: t('agency.enter'), back: '#agencies', nodes: el('section', { class: 'panel form' }, nodes), shortcuts: [{ keys: SAVE, what: t('do.save'), run: () => submit() }] };
}

/** How near follows from whom he acts for: a person has a guardian, an organisation a legal representative. @param {() => string} type */
function levelPart(type) {
  const node = el('p', { class: 'notice', id: 'level', role: 'status' });
  const level = () => (type() === 'natural' ? 'guardian' : 'legal_representative');
  const refresh = () => (node.textContent = t(`agency.as_${level()}`));
  refresh();
  return { ...fixed('', node), value: level, refresh };
}
