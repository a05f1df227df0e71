/** Keeps the page usable without a network: registers the service worker that holds pages and modules. */

// Under Trusted Types a script URL needs a policy. Ours lets exactly one address pass.
const WORKER = '/sw.js';
const policy = window.trustedTypes?.createPolicy('lv', {
  createScriptURL(/** @type {string} */ url) {
    if (url !== WORKER) throw new TypeError(`not an allowed script: ${url}`);
    return url;
  },
});

/** Resolves to true once the page would open without a network, to false where a browser cannot do that. */
export async function keepOffline() {
  if (!('serviceWorker' in navigator)) return false;
  try {
    await navigator.serviceWorker.register(/** @type {string} */ (policy?.createScriptURL(WORKER) ?? WORKER), { scope: '/' });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    // A private window or a plain http address: the page works, but only while there is a network.
    return false;
  }
}
