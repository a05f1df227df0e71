/** The phones that can show one's licences without a network; a lost one is put out of use here. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { isProblem } from '../../page/client.js';
import { moment, t } from '../../page/i18n.js';
import { turns } from '../../page/turns.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';
import * as phone from '../phone.js';

/** @typedef {import('../types.d.ts').Schemas['Device']} Device */

/** @param {import('../types.d.ts').App} app @returns {import('../types.d.ts').View} */
export function devicesView(app) {
  app.title(t('devices.title'));
  const done = el('p', { class: 'notice', role: 'status', id: 'done', hidden: true });
  const problem = problemNotice();
  const found = el('ul', { class: 'cards', id: 'devices' });
  const none = el('p', { class: 'panel', id: 'no-devices', hidden: true }, t('devices.none'));
  const state = el('p', { class: 'quiet', role: 'status' }, t('record.loading'));
  const { begin } = turns();
  void draw();

  async function draw(said = '') {
    const late = begin();
    try {
      const [{ items }, own] = await Promise.all([api.devices(), phone.ownDevice()]);
      if (late()) return;
      show(state, '');
      say(problem, '');
      say(done, said);
      none.hidden = items.length > 0;
      show(found, items.map((device) => item(device, device.id === own)));
    } catch (error) {
      await failed(error, late);
    }
  }

  /** @param {Device} device @param {boolean} isThis */
  function item(device, isThis) {
    /** @type {HTMLButtonElement} */
    const button = el(
      'button',
      { type: 'button', class: 'button secondary', 'aria-label': t('devices.drop_named', { name: device.name }), onclick: () => busy(button, () => drop(device, isThis)) },
      t(isThis ? 'devices.drop_this' : 'devices.lost'),
    );
    return el(
      'li',
      { class: 'panel' },
      el('p', { class: 'card-line' }, el('strong', {}, device.name), isThis ? el('span', { class: 'badge badge-good' }, t('devices.this')) : null),
      el('p', { class: 'quiet' }, t('devices.since', { at: moment(device.created_at) })),
      button,
    );
  }

  /** @param {Device} device @param {boolean} isThis */
  async function drop(device, isThis) {
    const late = begin();
    try {
      if (isThis) await phone.dropThis();
      else await api.dropDevice(device.id);
      if (late()) return;
      await draw(t('devices.dropped', { name: device.name }));
      done.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      await failed(error, late);
    }
  }

  /** @param {unknown} error @param {() => boolean} late */
  async function failed(error, late) {
    if (late()) return;
    show(state, '');
    if (isProblem(error, 401)) await app.load();
    else say(problem, wordsFor(error));
  }

  return {
    nodes: [
      el('p', {}, t('devices.what')),
      done,
      problem,
      state,
      none,
      found,
      el('section', { class: 'panel' }, el('h2', {}, t('devices.lost_title')), el('p', {}, t('devices.lost_how')), el('a', { class: 'button secondary', href: '#account' }, t('account.open'))),
    ],
    onLeave: () => begin(),
  };
}
