/** The to-do list of issuing staff: what waits, since when, and who has taken it. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { choice } from '../../kit/parts.js';
import { table } from '../../kit/table.js';
import { isProblem } from '../../page/client.js';
import { moment, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import { askAct } from '../asking.js';
import { nameOfKind } from '../catalogue/kind.js';

/**
 * @typedef {import('../types.d.ts').App} App
 * @typedef {import('../types.d.ts').Schemas['Task']} Task
 * @typedef {import('../types.d.ts').Kind} Kind
 */

/** Where the thing with this id is looked at. @param {string} id */
const sectionOf = (id) => SECTIONS[id.slice(0, 4)] ?? 'licences';

/** By the beginning of an id. @type {Record<string, string>} */
const SECTIONS = { age_: 'agencies', ana_: 'analyses', cas_: 'cases', dut_: 'duties', imp_: 'imports', req_: 'requests' };

/** @type {import('../types.d.ts').Screen} */
export async function tasksScreen(app) {
  const [tasks, kinds] = await Promise.all([api.tasks(), api.entries('kinds')]);
  const whose = choice({ label: t('task.whose'), value: 'all', options: ['all', 'mine', 'free'].map((one) => ({ value: one, label: t(`whose.${one}`) })) });
  const problem = problemNotice();
  const count = el('p', { class: 'quiet', role: 'status', id: 'count' });
  const found = el('div', { id: 'found' });
  const draw = () => {
    const wanted = whose.value();
    const fitting = tasks.filter((task) => wanted === 'all' || (wanted === 'mine' ? task.mine : !task.claimed_by));
    count.textContent = t('entries.count', { n: fitting.length, of: tasks.length });
    show(found, fitting.length === 0 ? el('p', { class: 'panel' }, t('task.none')) : listed(fitting));
  };
  whose.control.addEventListener('input', draw);
  draw();

  /** @param {Task[]} fitting */
  function listed(fitting) {
    return table({
      caption: t('section.tasks'),
      head: [t('task.what'), t('scene.kind'), t('task.since'), t('task.claimed'), t('task.do')],
      rows: fitting.map((task) => [
        what(task),
        task.licence_kind ? nameOfKind(kinds, task.licence_kind) : '—',
        moment(task.since, false),
        task.claimed_by ? t('task.by', { name: task.claimed_by.name, time: moment(task.claimed_by.at, false) }) : t('task.nobody'),
        [claimButton(task), endButton(task)],
      ]),
    });
  }

  /** What a task is about: what it leads to, who was not let in, or what was doubtful. @param {Task} task */
  function what(task) {
    const kind = pick(task.kind_label);
    if (task.identity) return `${kind} · ${task.identity.name} · ${task.identity.id_number}`;
    if (task.doubt) {
      const { said, code, licence, name } = task.doubt;
      return licence ? t('task.doubt', { kind, said, code, licence, name }) : t('task.doubt_unknown', { kind, said, code, name });
    }
    if (task.alarm) return el('a', { href: `#uses/${task.alarm.unit}` }, t('task.alarm', { kind, unit: pick(task.alarm.unit_names), n: task.alarm.tries }));
    // All that is to be seen of an agency stands in their list.
    return el('a', { href: sectionOf(task.id) === 'agencies' ? '#agencies' : `#${sectionOf(task.id)}/${task.id}` }, kind);
  }

  /** @param {Task} task */
  function endButton(task) {
    if (!(task.identity || task.alarm || task.doubt) || (task.claimed_by && !task.mine)) return null;
    const name = t('taskact.end');
    const go = async () => {
      const asked = { act: name, title: pick(task.kind_label), effect: t('task.end_effect'), reason: /** @type {const} */ ('needed') };
      const done = await askAct(asked, (reason) => api.endTask(task.id, reason ?? '').then(() => true));
      if (done) app.again(t('task.done', { act: name }));
    };
    return el('button', { type: 'button', class: 'button small', 'aria-label': `${name}: ${pick(task.kind_label)} ${task.id}`, onclick: go }, name);
  }

  /** @param {Task} task */
  function claimButton(task) {
    if (task.claimed_by && !task.mine) return '—';
    const act = task.claimed_by ? 'release' : 'claim';
    const name = t(`taskact.${act}`);
    /** @type {HTMLButtonElement} */
    const button = el('button', { type: 'button', class: 'button small', 'aria-label': `${name}: ${pick(task.kind_label)} ${task.id}`, onclick: () => busy(button, go) }, name);
    return button;

    async function go() {
      try {
        await api.actOnTask(task.id, act);
        app.again(t('task.done', { act: name }));
      } catch (error) {
        if (isProblem(error, 401)) app.sessionLost();
        else say(problem, wordsFor(error));
      }
    }
  }

  return { title: t('section.tasks'), nodes: [el('div', { class: 'tools' }, whose.node), problem, count, found] };
}
