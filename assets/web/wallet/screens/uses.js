/** Who used the own licences, when, for what, on which footing; and the tries that were refused. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/** @typedef {import('../types.d.ts').Schemas['Use']} Use */

/** @param {import('../types.d.ts').App} app @returns {import('../types.d.ts').View} */
export function usesView(app) {
  app.title(t('uses.title'));
  const found = el('ol', { class: 'cards', id: 'uses' });
  const state = el('p', { class: 'quiet', role: 'status' }, t('record.loading'));
  const problem = problemNotice();
  /** @type {HTMLButtonElement} */
  const more = el('button', { type: 'button', class: 'button secondary wide', hidden: true, onclick: () => busy(more, () => load()) }, t('uses.more'));
  const { begin } = turns();
  /** @type {string | null} */
  let next = null;
  let count = 0;
  void load();

  async function load() {
    const late = begin();
    say(problem, '');
    try {
      const page = await api.uses(next);
      if (late()) return;
      next = page.next;
      count += page.items.length;
      found.append(...page.items.map(item));
      more.hidden = next === null;
      show(state, t(count === 0 ? 'uses.none' : 'uses.count', { n: count }));
    } catch (error) {
      if (late()) return;
      // What is there stays counted; what never came no longer loads.
      if (count === 0) show(state, '');
      if (isProblem(error, 401)) await app.load();
      else say(problem, wordsFor(error));
    }
  }

  return { nodes: [el('p', { class: 'quiet' }, t('uses.what')), state, problem, found, more], onLeave: () => begin() };
}

/** @param {Use} use */
function item(use) {
  const kind = use.licence_kind ? pick(use.licence_kind.names) : t('uses.unknown');
  const facts = [
    use.purpose ? t('uses.purpose', { purpose: use.purpose }) : null,
    use.scene ? t('uses.scene', { scene: use.scene }) : null,
    use.case_number ? t('uses.case', { number: use.case_number }) : null,
    use.footing ? t('uses.footing', { footing: t(`usefooting.${use.footing}`) }) : null,
    use.offline ? t('uses.offline') : null,
  ];
  return el(
    'li',
    { class: use.refused ? 'panel refused' : 'panel' },
    el('p', { class: 'card-line' }, el('strong', {}, t(`usekind.${use.kind}`)), el('span', {}, moment(use.at))),
    el('p', {}, use.licence ? el('a', { href: `#record/${use.licence}` }, kind) : kind),
    el('p', {}, whoDid(use)),
    facts.map((fact) => (fact ? el('p', { class: 'quiet' }, fact) : null)),
    use.refused ? el('p', { class: 'caution' }, t('uses.refused', { why: pick(use.refused.message) })) : null,
  );
}

/** @param {Use} use */
function whoDid({ by }) {
  if (!by) return t('uses.public');
  if (by.footing === 'delegate') return t('uses.by_delegate', { name: by.name });
  return by.unit ? t('uses.by_unit', { unit: pick(by.unit_names) || by.unit, name: by.name }) : by.name;
}
