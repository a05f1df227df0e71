/** Opening a case: what for, and for whom. */
import { group } from '../../kit/composed.js';
import { choice, line } from '../../kit/parts.js';
import { pick, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';
import { holderPart } from '../issuing/words.js';
import { keyOnce } from '../once.js';
import { sendingForm } from '../sending.js';

const MODES = /** @type {const} */ (['online', 'offline', 'bulk', 'stock']);

/** @type {import('../types.d.ts').Screen} */
export async function newCaseScreen(app) {
  const { roles } = app.member;
  const types = [...(roles.includes('issuer_maker') ? ['issuing'] : []), ...(roles.includes('handler') ? ['using'] : [])];
  const matters = (await api.entries('matters')).filter(({ state }) => state === 'published');
  const type = choice({ label: t('member.type'), value: types[0], options: types.map((one) => ({ value: one, label: t(`mattertype.${one}`) })) });
  const matter = choice({
    label: t('case.matter'),
    none: t('form.choose'),
    needed: t('form.needed'),
    options: () => matters.filter((one) => one.type === type.value()).map(({ code, names }) => ({ value: code, label: t('form.with_code', { what: pick(names), code }) })),
  });
  const mode = choice({ label: t('draft.mode'), value: 'online', options: MODES.map((one) => ({ value: one, label: t(`casemode.${one}`) })) });
  const draw = () => (mode.node.hidden = type.value() !== 'issuing');
  type.control.addEventListener('input', draw);
  draw();
  const part = group({
    type,
    matter,
    number: line({ label: t('case.number'), hint: t('case.number_hint'), fits: (text) => (/^[A-Za-z0-9-]{1,40}$/.test(text) ? '' : t('fault.case_number')), props: { spellcheck: 'false' } }),
    holder: holderPart({ legend: t('draft.holder') }),
    mode: { ...mode, value: () => (type.value() === 'issuing' ? mode.value() : null) },
  });
  const keyFor = keyOnce();
  const { nodes } = sendingForm({
    app,
    part,
    agree: t('case.open'),
    back: 'cases',
    async send(body) {
      const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
      const made = await api.openCase(sent, keyFor(JSON.stringify(sent)));
      app.go(`cases/${made.id}`, t('form.saved'));
    },
  });
  return { title: t('case.open'), back: '#cases', nodes: el('section', { class: 'panel form' }, nodes) };
}
