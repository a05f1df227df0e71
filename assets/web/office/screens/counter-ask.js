/** Asking the holder before the counter: for which kinds of the using list, and what for. */
import { many } from '../../kit/parts.js';
import { group } from '../../kit/composed.js';
import { t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { nameOfKind } from '../catalogue/kind.js';
import { sendingForm } from '../sending.js';

/** @type {import('../types.d.ts').Screen} */
export async function counterAskScreen(app, [, id]) {
  const [found, kinds, lists] = await Promise.all([api.caseOf(id), api.entries('kinds'), api.entries('using-lists')]);
  const back = `#cases/${id}`;
  const title = t('counter.ask');
  /** @type {import('../types.d.ts').Schemas['UsingMatter'] | undefined} */
  const listed = lists.find((list) => list.code === app.member.unit.id && list.state === 'published')?.matters.find((/** @type {{ code: string }} */ one) => one.code === found.matter);
  const asked = listed?.materials.filter(({ footing }) => footing === 'authorised') ?? [];
  if (!listed || asked.length === 0) return { title, back, nodes: [el('p', { class: 'panel', id: 'nothing' }, t('counter.nothing'))] };
  const options = asked.map(({ kind }) => ({ value: kind, label: nameOfKind(kinds, kind) }));
  const part = group({ kinds: many({ legend: t('counter.kinds'), hint: t('counter.kinds_hint'), options, value: options.length === 1 ? [options[0].value] : [], needed: t('form.needed'), narrow: t('form.narrow') }) });
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('counter.make'),
    back: `cases/${id}`,
    async send(body) {
      const made = await api.askHolder(id, { kinds: /** @type {{ kinds: string[] }} */ (body).kinds, purpose: listed.purpose });
      app.go(`cases/${id}/requests/${made.id}`);
    },
  });
  return { title, back, nodes: el('section', { class: 'panel form' }, el('p', {}, t('counter.for', { name: found.holder.name, matter: found.matter, purpose: listed.purpose })), nodes) };
}
