/** The element's attributes as values. A wrong one is an error that names it, never a silent default. */

/** The database in which a page keeps what its elements hold. */
export const STORE = 'liangzheng-verifier';

/** Seconds a verdict stays on the screen unless `autohide` says otherwise. */
const AUTOHIDE = 30;

/** `attribute` has a value that cannot be used; `key` is the text that says so. */
export class SettingError extends Error {
  constructor(attribute, key = 'widget.bad_attribute') {
    super(`licence-verifier: ${attribute}`);
    this.attribute = attribute;
    this.key = key;
  }
}

/** What `element` is set to now. */
export function readSettings(element) {
  const text = (name) => element.getAttribute(name);
  const mode = text('mode') ?? 'auto';
  if (!['auto', 'inline', 'iframe'].includes(mode)) throw new SettingError('mode');
  return {
    mode,
    server: server(text('trust-url')),
    roots: element.roots ?? child(element),
    rootsUrl: text('roots-url') === null ? null : address('roots-url', text('roots-url')).href,
    rootsIntegrity: text('roots-integrity'),
    scene: text('scene') || null,
    audience: text('audience') || null,
    rp: text('rp') || null,
    unit: text('unit'),
    maxAge: text('max-age') === null ? Infinity : seconds('max-age', text('max-age')),
    autohide: autohide(text('autohide')),
    offline: element.hasAttribute('offline'),
    continuous: element.hasAttribute('continuous'),
  };
}

/** The origin lists come from; without `trust-url` the one this script was embedded from. */
function server(given) {
  if (given !== null) return address('trust-url', given).origin;
  const script = new URL(import.meta.url);
  if (!script.pathname.startsWith('/embed/')) throw new SettingError('trust-url', 'widget.no_trust_url');
  return script.origin;
}

function address(attribute, given) {
  const url = URL.canParse(given, document.baseURI) ? new URL(given, document.baseURI) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new SettingError(attribute);
  return url;
}

/** The root file as a JSON child: `<script type="application/json">`. */
function child(element) {
  const text = element.querySelector('script[type="application/json"]')?.textContent.trim();
  return text ? text : null;
}

function autohide(given) {
  if (given === null || given === '') return AUTOHIDE;
  return given === 'off' ? 0 : seconds('autohide', given);
}

function seconds(attribute, given) {
  if (!/^\d{1,9}$/.test(given)) throw new SettingError(attribute);
  return Number(given);
}
