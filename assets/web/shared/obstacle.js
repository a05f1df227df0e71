/** Something in the way, in words, with what can be done about it. */
import { button } from './button.js';
import { el } from './dom.js';
import { sign } from './shapes.js';

/** @typedef {import('./words.js').Words} Words */

/**
 * @param {Words} words
 * @param {{ title: string, advice?: string[], retry?: () => unknown, details?: string }} obstacle
 */
export function problem({ t }, { title, advice = [], retry, details }) {
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('p', { class: 'problem-title' }, sign('triangle', 'bang'), el('span', {}, title)),
    advice.length > 0 ? el('ul', {}, advice.map((line) => el('li', {}, line))) : null,
    details ? el('p', { class: 'quiet' }, details) : null,
    retry ? el('div', { class: 'buttons' }, button(t('scan.retry'), retry, { id: 'retry' })) : null,
  );
}

/** Why there is no picture of the camera: a CameraError's reason, or `module`. @param {Words} words @param {string} reason */
export const noCameraTitle = ({ t }, reason) => t(reason === 'module' ? 'verify.picture_module' : `scan.camera_${reason}`);

/** The same with what can be done about it, and instead. @param {Words} words @param {string} reason */
export function noCamera(words, reason) {
  const permission = reason === 'denied' ? [words.t('scan.advice_permission'), words.t('scan.advice_system')] : [];
  return problem(words, { title: noCameraTitle(words, reason), advice: [...permission, words.t('scan.advice_others')] });
}
