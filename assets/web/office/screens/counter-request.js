/** One request at a counter: the code while it waits, then by itself what the holder gave, or that he did not. */
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { clockTime, pick, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el } from '../../shared/dom.js';
import { codeOf, stateLine, watch } from '../asking-holder.js';
import { fetched } from '../fetched.js';

/**
 * @typedef {import('../asking-holder.js').CounterRequest} CounterRequest
 * @typedef {import('../types.d.ts').App} App
 */

/** For the clerk. @type {import('../types.d.ts').Screen} */
export async function counterRequestScreen(app, [, caseId, , id]) {
  const { place, problem, onLeave } = await shown(app, caseId, id, (request) => {
    const again = el('a', { class: 'button', href: `#cases/${caseId}/ask` }, t('counter.again'));
    if (request.state === 'open') {
      const { node, stop } = codeOf(request, el('p', { class: 'facing' }, t('counter.scan')));
      const second = el('a', { class: 'button', id: 'second', href: `#cases/${caseId}/requests/${id}/screen`, target: '_blank' }, t('counter.second'));
      const print = el('button', { type: 'button', class: 'button', id: 'print', onclick: () => window.print() }, t('counter.print'));
      return { node: [stateLine(request), node, el('div', { class: 'buttons no-print' }, second, print)], stop };
    }
    if (request.state !== 'agreed') return { node: [stateLine(request), el('p', { class: 'panel' }, t(`counter.${request.state}`)), el('div', { class: 'buttons' }, again)] };
    return { node: [stateLine(request), readable(request), request.materials.map(material), el('div', { class: 'buttons' }, again)] };
  });
  return { title: t('counter.title'), back: `#cases/${caseId}`, nodes: [problem, place], onLeave };
}

/** For the holder: in a window of its own, on the screen that faces him. Nothing of what he gives is on it. @type {import('../types.d.ts').Screen} */
export async function counterScreen(app, [, caseId, , id]) {
  const unit = pick(app.member.unit.names);
  const { place, problem, onLeave } = await shown(app, caseId, id, (request) => {
    if (request.state !== 'open') return { node: el('section', { class: 'panel counter-code' }, stateLine(request), el('p', { class: 'facing' }, t(`counter.facing_${request.state}`))) };
    const { node, stop } = codeOf(request, [el('p', { class: 'facing' }, t('counter.scan_of', { unit })), el('p', {}, request.materials.map((one) => pick(one.kind_names)).join(t('office.and'))), el('p', {}, t('counter.purpose', { purpose: request.purpose }))]);
    return { node, stop };
  });
  return { title: t('counter.title'), back: null, nodes: el('div', { class: 'second-screen' }, problem, place), onLeave };
}

/**
 * @param {App} app
 * @param {string} caseId
 * @param {string} id
 * @param {(request: CounterRequest) => { node: import('../../shared/dom.js').Children, stop?: () => void }} draw
 */
async function shown(app, caseId, id, draw) {
  const place = el('div', { class: 'place' });
  const problem = problemNotice();
  const onLeave = await watch({
    caseId,
    id,
    place,
    draw: (request) => {
      say(problem, '');
      return draw(request);
    },
    failed: (error) => {
      if (!isProblem(error, 401)) say(problem, wordsFor(error));
      else app.sessionLost();
      return !isProblem(error, 401);
    },
  });
  return { place, problem, onLeave };
}

/** Until when it stands here. @param {CounterRequest} request */
function readable({ readable_until: until }) {
  return el('p', { class: 'hint', id: 'readable' }, until ? t('counter.readable', { time: clockTime(until, true) }) : '');
}

/** @param {CounterRequest['materials'][number]} one */
function material({ kind, kind_names: names, licence, reason }) {
  const none = reason ? pick(reason) : t('counter.not_given');
  return el('section', { class: 'panel material', 'data-kind': kind }, el('h2', {}, pick(names)), licence ? fetched(licence) : el('p', { class: 'hint' }, none));
}
