/** Time until what is on the screen is cleared. */
import { button } from './button.js';
import { el } from './dom.js';

/** Milliseconds between two looks at the clock. */
const LOOK_EVERY = 250;

/** Time until `over` is called, told in figures and not aloud, with a button that halts it. Runs until `end`. */
export class Countdown {
  /** Milliseconds there were when it was last set going or halted. */
  #left;
  #over;
  /** @type {import('./words.js').Words | null} */
  #words = null;
  /** When it is over, by the clock and not by ticks, which a sleeping computer does not count; null while halted. @type {number | null} */
  #due;
  #timer;
  #text = el('span', { role: 'timer', 'aria-live': 'off' });
  #pause = button('', () => (this.#due === null ? this.#run() : this.#halt(this.#due)), { id: 'pause' });
  #node = el('div', { class: 'countdown' }, this.#text, this.#pause);

  /**
   * @param {number} seconds
   * @param {() => unknown} over
   */
  constructor(seconds, over) {
    this.#left = seconds * 1000;
    this.#over = over;
    this.#timer = setInterval(this.#look, LOOK_EVERY);
    // After a sleep this may come before the next tick.
    document.addEventListener('visibilitychange', this.#look);
    this.#due = Date.now() + this.#left;
  }

  /** The node, in the language of `words`. @param {import('./words.js').Words} words */
  shown(words) {
    this.#words = words;
    this.#draw();
    return this.#node;
  }

  /** Ends it for good; out of sight too, as what is shown beside it may stay a while. */
  end() {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
    this.#node.remove();
  }

  #run() {
    this.#due = Date.now() + this.#left;
    this.#draw();
  }

  /** @param {number} due */
  #halt(due) {
    this.#left = due - Date.now();
    this.#due = null;
    this.#draw();
  }

  #look = () => {
    if (this.#due === null) return;
    const left = this.#due - Date.now();
    // More than there was: the clock was set back, which must not lengthen it.
    if (left > 0 && left <= this.#left) this.#draw();
    else this.#over();
  };

  #draw() {
    if (!this.#words) return;
    const { t } = this.#words;
    const left = this.#due === null ? this.#left : this.#due - Date.now();
    this.#text.textContent = t('scan.clears_in', { n: Math.ceil(left / 1000) });
    this.#pause.textContent = t(this.#due === null ? 'scan.resume' : 'scan.pause');
  }
}
