/** How ready this device is: the age of the oldest list it verifies by, which decides how old a "not revoked" may be. */
import { busy } from '../kit/busy.js';
import { span, t } from '../page/i18n.js';
import { el, show } from '../shared/dom.js';

/** Milliseconds between two looks for newer lists: the life the server gives a status list is of this size. */
const RENEW_EVERY = 300_000;

/** Milliseconds between two drawings: the chip tells minutes. */
const DRAW_EVERY = 30_000;

/**
 * @param {{ trust: () => import('../shared/trust.js').TrustStore | null, sync: (how?: { quietly: boolean }) => Promise<void> }} held
 */
export function freshness({ trust, sync }) {
  const chip = el('p', { class: 'chip', id: 'freshness', role: 'status' });
  /** @type {HTMLButtonElement} */
  const update = el('button', { type: 'button', class: 'button secondary', id: 'update', onclick: () => renew() }, t('verify.update'));

  function draw() {
    const fresh = trust()?.freshness(Math.floor(Date.now() / 1000)) ?? null;
    const [state, words] = fresh
      ? [fresh.old ? 'old' : 'ready', `${fresh.old ? '! ' : '● '}${t(fresh.old ? 'verify.chip_old' : 'verify.chip_ready', { span: span(fresh.age) })}`]
      : ['none', t('verify.chip_none')];
    chip.className = `chip chip-${state}`;
    // Read aloud when it changes, and only then.
    if (chip.textContent !== words) show(chip, words);
  }

  const renew = () => busy(update, () => sync());

  /** From now on by itself. */
  function keepFresh() {
    const quietly = () => sync({ quietly: true });
    setInterval(draw, DRAW_EVERY);
    setInterval(quietly, RENEW_EVERY);
    addEventListener('online', quietly);
  }

  draw();
  return { node: el('div', { class: 'freshness' }, chip, update), draw, renew, keepFresh };
}
