/** Looking up a licence of the own unit for a holder who stands at the counter without a phone (R70). */
import { area, choice } from '../../kit/parts.js';
import { group } from '../../kit/composed.js';
import { pick, t } from '../../page/i18n.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { fetched } from '../fetched.js';
import { sendingForm } from '../sending.js';

/** @type {import('../types.d.ts').Screen} */
export async function lookUpScreen(app, [, id]) {
  const [found, kinds] = await Promise.all([api.caseOf(id), api.entries('kinds')]);
  const own = app.member.unit.id;
  const issued = kinds.filter(({ state, units }) => state === 'published' && units.includes(own));
  const needed = t('form.needed');
  const part = group({
    kind: choice({ label: t('lookup.kind'), none: t('form.choose'), needed, options: issued.map(({ code, names }) => ({ value: code, label: pick(names) })) }),
    evidence: choice({ label: t('lookup.evidence'), none: t('form.choose'), needed, options: ['id_card_read', 'photo_compared'].map((one) => ({ value: one, label: t(`evidence.${one}`) })) }),
    reason: area({ label: t('act.reason'), hint: t('lookup.reason_hint'), needed, props: { maxlength: 500 } }),
  });
  const place = el('div', { class: 'place', id: 'looked-up' });
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('lookup.do'),
    back: `cases/${id}`,
    async send(body) {
      show(place, null);
      const { kind, evidence, reason } = /** @type {{ kind: string, evidence: 'id_card_read' | 'photo_compared', reason: string }} */ (body);
      const { licences } = await api.lookUp({ case: id, kind, evidence: { type: evidence }, reason });
      const print = el('button', { type: 'button', class: 'button no-print', id: 'print', onclick: () => window.print() }, t('counter.print'));
      show(place, el('section', { class: 'panel' }, el('h2', { tabindex: '-1', id: 'found' }, t('lookup.found', { kind: pick(licences[0].kind_names), name: found.holder.name })), licences.map(fetched), el('div', { class: 'buttons' }, print)));
      place.querySelector('h2')?.focus();
    },
  });
  return {
    title: t('lookup.title'),
    back: `#cases/${id}`,
    nodes: [el('section', { class: 'panel form no-print' }, el('p', {}, t('lookup.hint', { name: found.holder.name })), nodes), place],
    // What was shown is not left on a screen that nobody looks at.
    onLeave: () => show(place, null),
  };
}
