/** Applying for the standing consent of an issuer, for what one's own using list has by duty. */
import { group } from '../../kit/composed.js';
import { area, choice } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';

/** @type {import('../types.d.ts').Screen} */
export async function newDutyScreen(app) {
  const own = app.member.unit.id;
  const [kinds, lists] = await Promise.all([api.entries('kinds'), api.entries('using-lists')]);
  /** @type {import('../types.d.ts').Schemas['UsingMatter'][]} */
  const matters = lists.find((list) => list.code === own && list.state === 'published')?.matters ?? [];
  // What the unit issues itself needs nobody's consent.
  const foreign = (/** @type {string} */ kind) => !kinds.find((one) => one.code === kind)?.units.includes(own);
  const needs = matters.flatMap(({ purpose, materials }) => materials.filter(({ kind, footing }) => footing === 'duty' && foreign(kind)).map(({ kind }) => ({ purpose, kind })));
  if (needs.length === 0) return { title: t('duty.apply'), back: '#duties', nodes: [el('p', { class: 'panel', id: 'nothing' }, t('duty.nothing'))] };
  const need = choice({ label: t('duty.for'), none: t('form.choose'), needed: t('form.needed'), options: needs.map(({ kind, purpose }, at) => ({ value: String(at), label: t('form.with_code', { what: nameOfKind(kinds, kind), code: purpose }) })) });
  const issuers = () => kinds.find((one) => one.code === needs[Number(need.value() ?? -1)]?.kind)?.units ?? [];
  const issuer = choice({ label: t('duty.issuer'), none: t('form.choose'), needed: t('form.needed'), options: () => issuers().map((/** @type {string} */ unit) => ({ value: unit, label: pick(app.units.get(unit)) || unit })) });
  need.control.addEventListener('input', () => {
    issuer.refresh();
    if (issuers().length === 1) issuer.control.value = issuers()[0];
  });
  const part = group({ kind: need, issuer, need: area({ label: t('duty.need'), hint: t('duty.need_hint'), needed: t('form.needed'), props: { maxlength: 500 } }) });
  const keyFor = keyOnce();
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('duty.apply'),
    back: 'duties',
    async send(body) {
      const { issuer: to, need: words } = /** @type {{ issuer: string, need: string }} */ (body);
      const sent = { ...needs[Number(need.value())], issuer: to, need: words };
      const made = await api.applyForDuty(sent, keyFor(JSON.stringify(sent)));
      app.go(`duties/${made.id}`, t('duty.applied'));
    },
  });
  return { title: t('duty.apply'), back: '#duties', nodes: el('section', { class: 'panel form' }, nodes) };
}
