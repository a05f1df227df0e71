/** The field for the six digits that open a licence. */
import { el } from '../shared/dom.js';

/** @param {import('../shared/dom.js').Props} [props] */
export const pinField = (props = {}) =>
  el('input', {
    id: 'pin',
    name: 'pin',
    type: 'password',
    inputmode: 'numeric',
    pattern: '[0-9]{6}',
    maxlength: '6',
    required: true,
    autocomplete: 'current-password',
    ...props,
  });
