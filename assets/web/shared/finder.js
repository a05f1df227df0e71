/** The camera's picture and what can be done with the camera; what happens then is handed in. */
import { button } from './button.js';
import { el } from './dom.js';

/** @typedef {import('./words.js').Words} Words */

/**
 * The camera's picture; fill in the controls once it is open, and what lies in it into the hint.
 *
 * @param {Words} words
 * @param {{ stop: () => unknown }} acts
 */
export function finder({ t }, { stop }) {
  const video = el('video', { part: 'video', playsinline: true, muted: true, 'aria-label': t('scan.viewfinder') });
  // The attribute alone does not count for a video made by script, and one with sound would not start by itself.
  video.muted = true;
  const hint = el('p', { class: 'quiet', role: 'status', id: 'aim' }, t('scan.aim'));
  const stopButton = button(t('scan.stop'), stop, { id: 'stop' });
  const controls = el('div', { class: 'buttons' }, stopButton);
  const nodes = [el('div', { class: 'finder' }, video, el('div', { class: 'aim', 'aria-hidden': 'true' })), hint, controls];
  return { nodes, video, hint, controls, stopButton };
}

/**
 * Light, zoom, and the next camera, where there are any.
 *
 * @param {Words} words
 * @param {import('./camera.js').Camera} camera
 * @param {() => unknown} turned
 */
export function cameraControls({ t }, camera, turned) {
  /** @type {HTMLElement[]} */
  const controls = [];
  if (camera.hasTorch) {
    const torch = button(
      t('scan.torch'),
      () => {
        const on = torch.getAttribute('aria-pressed') !== 'true';
        torch.setAttribute('aria-pressed', String(on));
        camera.setTorch(on);
      },
      { id: 'torch', 'aria-pressed': 'false' },
    );
    controls.push(torch);
  }
  if (camera.hasOthers) controls.push(button(t('scan.turn'), turned, { id: 'turn' }));
  const { zoom } = camera;
  if (zoom) {
    const range = el('input', { type: 'range', min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: zoom.min });
    range.addEventListener('input', () => camera.setZoom(Number(range.value)));
    controls.push(el('label', { class: 'zoom' }, t('scan.zoom'), range));
  }
  return controls;
}
