/** A button whose work is on its way: a second press meanwhile is none. */

/** The buttons whose work is on its way. @type {WeakSet<HTMLButtonElement>} */
const underWay = new WeakSet();

/**
 * Does `work` unless it is on its way already. The buttons stand still meanwhile, and whoever had the focus on one keeps it:
 * a browser takes it from a button that is switched off.
 *
 * @param {HTMLButtonElement | readonly HTMLButtonElement[]} buttons
 * @param {() => unknown} work
 */
export async function busy(buttons, work) {
  const all = /** @type {HTMLButtonElement[]} */ ([buttons].flat());
  if (all.some((button) => underWay.has(button))) return;
  const focused = all.find((button) => button === document.activeElement);
  for (const button of all) {
    underWay.add(button);
    button.disabled = true;
  }
  try {
    await work();
  } finally {
    for (const button of all) {
      underWay.delete(button);
      button.disabled = false;
    }
    // Unless the focus was led somewhere meanwhile.
    if (focused?.isConnected && (document.activeElement === document.body || document.activeElement === null)) focused.focus();
  }
}
