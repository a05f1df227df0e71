/** Entering a unit, or changing what is known of it. */
import { group } from '../../kit/composed.js';
import { choice, flag, line } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { usccFault } from '../people/numbers.js';
import { contactPart, unitParts } from '../people/words.js';
import { isManager } from '../sections.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';
import { SAVE } from '../shortcuts.js';

/** @type {import('../types.d.ts').Screen} */
export async function unitEditorScreen(app, [, id]) {
  const isNew = id === 'new';
  const unit = isNew ? null : await api.unit(id);
  const back = isNew ? 'units' : `units/${id}`;
  const others = [...app.units].filter(([other]) => other !== id).map(([value, names]) => ({ value, label: t('form.with_code', { what: pick(names), code: value }) }));
  const parts = unitParts(unit ?? {});
  const whole = {
    ...(isNew ? { id: line({ label: t('unit.id'), needed: t('form.needed'), fits: usccFault, props: { spellcheck: 'false', maxlength: 18 } }) } : {}),
    ...parts,
    // A unit is named for this when it is there: nobody applies for it.
    ...(unit === null ? {} : { recovers: flag({ label: t('unit.recovers'), hint: t('unit.recovers_hint'), value: unit.recovers }) }),
    parent: choice({ label: t('unit.parent'), hint: t('unit.parent_hint'), value: unit?.parent, none: t('form.none'), options: others }),
  };
  // Its own administrator changes who is responsible, and nothing else.
  const members = isManager(app.member) ? whole : { contact: contactPart(unit?.contact) };
  const part = group(members, { nodes: [el('section', { class: 'panel form' }, Object.values(members).map(({ node }) => node))] });
  const keyFor = keyOnce();
  const { nodes, submit } = sendingForm({
    app,
    part,
    agree: t(isNew ? 'unit.enter' : 'do.save'),
    back,
    async send(body) {
      const saved = unit === null ? await api.enterUnit(body, keyFor(JSON.stringify(body))) : await api.changeUnit(id, body, unit.etag);
      app.units.set(saved.id, saved.names);
      app.go(`units/${saved.id}`, t('form.saved'));
    },
  });
  return { title: unit === null ? t('unit.enter') : t('editor.title', { what: pick(unit.names) }), back: `#${back}`, nodes, shortcuts: [{ keys: SAVE, what: t('do.save'), run: () => submit() }] };
}
