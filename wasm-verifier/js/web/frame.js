/** The page inside the frame: an element in our own origin and under our own policy, told what to do by the host page. */
import { HELLO } from './element/framed.js';
import { isAllowed } from './element/origins.js';
import { give } from './shared/wedge.js';
import './element.js';

/** Attributes that a host may set; which server is trusted is not among them. */
const ATTRIBUTES = {
  scene: 'scene',
  audience: 'audience',
  rp: 'rp',
  unit: 'unit',
  lang: 'lang',
  theme: 'theme',
};

const allowed = JSON.parse(document.querySelector('meta[name="embed-origins"]').content);

if (window.parent === window) document.getElementById('alone').hidden = false;
else addEventListener('message', greeted);

function greeted({ source, origin, data, ports }) {
  if (source !== window.parent || !isAllowed(origin, allowed) || data?.type !== HELLO || ports.length !== 1) return;
  // One host, one port: whoever comes later is not answered.
  removeEventListener('message', greeted);
  serve(ports[0], data.settings);
}

function serve(port, settings) {
  const element = document.createElement('licence-verifier');
  element.setAttribute('framed', '');
  element.setAttribute('mode', 'inline');
  apply(element, settings);
  for (const event of ['ready', 'scan', 'result', 'error']) {
    element.addEventListener(event, ({ detail }) => port.postMessage({ event, detail }));
  }
  port.onmessage = ({ data }) => {
    if (data.settings) apply(element, data.settings);
    else if (typeof data.scanned === 'string') give(data.scanned);
    else if (['start', 'stop', 'verify', 'reset'].includes(data.call)) answer(port, element, data);
  };
  port.postMessage({ here: true });
  document.body.append(element);
  new ResizeObserver(() => port.postMessage({ height: element.getBoundingClientRect().height })).observe(element);
}

async function answer(port, element, { call, id, input }) {
  try {
    port.postMessage({ reply: id, result: await element[call](input) });
  } catch (error) {
    port.postMessage({ reply: id, error: error.message });
  }
}

function apply(element, settings) {
  element.roots = settings.roots;
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) set(element, attribute, settings[name]);
  set(element, 'max-age', Number.isFinite(settings.maxAge) ? settings.maxAge : null);
  set(element, 'autohide', settings.autohide > 0 ? settings.autohide : 'off');
  for (const name of ['offline', 'continuous']) element.toggleAttribute(name, settings[name] === true);
}

function set(element, attribute, value) {
  if (value === null || value === undefined) element.removeAttribute(attribute);
  else if (element.getAttribute(attribute) !== String(value)) element.setAttribute(attribute, String(value));
}
