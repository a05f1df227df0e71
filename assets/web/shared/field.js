/** Fields that somebody types into: what one held is remembered and put back, and Enter sends its form. */

/**
 * What the focused field of the page holds now, as a function that puts it back. Where nothing takes text it does nothing.
 *
 * @returns {() => void}
 */
export function rememberField() {
  const field = focused();
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return rememberText(field);
  if (field instanceof HTMLSelectElement) return rememberChoice(field);
  if (field instanceof HTMLElement && field.isContentEditable) return rememberEditor(field);
  return () => undefined;
}

/** Takes the focus away from whatever has it, which ends what an input method is composing there. */
export function leaveField() {
  const field = focused();
  if (field instanceof HTMLElement) field.blur();
}

/** For `keydown` of a field of several lines: Enter sends its form, and with Shift it begins a line. @param {KeyboardEvent} event */
export function enterSubmits(event) {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  const { form } = /** @type {HTMLTextAreaElement} */ (event.target);
  form?.querySelector('button[type=submit]')?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
}

/** The element with the focus, also inside shadow trees. */
function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field */
function rememberText(field) {
  const { value, selectionStart, selectionEnd } = field;
  return () => {
    if (field.value === value) return;
    // By the prototype: frameworks put an accessor of their own on the field, and would take this for their own doing.
    const kind = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, value);
    // Null in fields that have no selection, as for numbers.
    if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd);
    tell(field, 'input');
  };
}

/** A list jumps to the entry that begins with the letter typed. @param {HTMLSelectElement} field */
function rememberChoice(field) {
  const { selectedIndex } = field;
  return () => {
    if (field.selectedIndex === selectedIndex) return;
    field.selectedIndex = selectedIndex;
    tell(field, 'input');
    tell(field, 'change');
  };
}

/** Editors keep a model of what stands in them, which only editing itself keeps right. @param {HTMLElement} field */
function rememberEditor(field) {
  const text = (field.textContent ?? '').length;
  const selected = String(getSelection() ?? '');
  return () => {
    const typed = (field.textContent ?? '').length - text + selected.length;
    if (typed <= 0) return;
    for (let count = 0; count < typed; count += 1) document.execCommand('delete');
    if (selected !== '') document.execCommand('insertText', false, selected);
  };
}

/**
 * @param {HTMLElement} field
 * @param {string} name
 */
function tell(field, name) {
  field.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
}
