/** The element's own shadow tree: its frame around whatever is shown, and the words it is in. */
import { el, show } from '../shared/dom.js';
import sheetText from './styles.js';

let sheet = null;

export class Panel {
  #root;
  #title = el('h2', { part: 'title' });
  #notice = el('p', { class: 'notice', role: 'status', hidden: true });
  #stage = el('div', { class: 'stage' });
  #foot = el('footer', { part: 'footer' });

  /** `words` is set before anything is shown; `settings` gives the attributes as they stand. */
  constructor(element, settings) {
    this.element = element;
    this.settings = settings;
    this.words = null;
    this.#root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    // One sheet for all elements of a page; a constructed one needs no leave from the page's style-src.
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(sheetText);
    }
    this.#root.adoptedStyleSheets = [sheet];
    show(
      this.#root,
      el(
        'section',
        { class: 'card', part: 'card' },
        el('header', {}, el('slot', { name: 'logo' }), this.#title, el('slot', { name: 'help' })),
        this.#notice,
        this.#stage,
        this.#foot,
      ),
    );
  }

  /** The heading, in the language of the words. */
  name(title) {
    this.#title.textContent = title;
    this.#root.firstElementChild.lang = this.words.lang;
  }

  dark(on) {
    this.#root.firstElementChild.classList.toggle('dark', on);
  }

  show(...view) {
    show(this.#stage, ...view);
  }

  tell(message) {
    this.#notice.hidden = message === '';
    this.#notice.textContent = message;
  }

  foot(text, old) {
    this.#foot.textContent = text;
    this.#foot.className = old ? 'old' : '';
  }

  focus(selector) {
    this.#stage.querySelector(selector)?.focus();
  }

  get hasFocus() {
    return this.#root.activeElement !== null;
  }

  emit(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
