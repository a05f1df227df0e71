/**
 * Holds the pages, their scripts and the modules, so that both open without a network.
 *
 * Everything comes from one complete copy. In the background each visit fetches a new copy; it takes the old one's
 * place only when every file has arrived, so files of two releases are never mixed. Data (`/api`, `/.well-known`,
 * `/status-lists`) never passes through here: pages keep signed objects themselves, and personal data are not cached.
 */

const SHELL = [
  '/verify',
  '/wallet',
  '/assets/css/base.css',
  '/assets/css/shared.css',
  '/assets/css/verify.css',
  '/assets/css/wallet.css',
  '/assets/i18n/en.json',
  '/assets/i18n/zh-CN.json',
  '/assets/icon.svg',
  '/assets/js/clock.js',
  '/assets/js/i18n.js',
  '/assets/js/offline.js',
  '/assets/shared/dom.js',
  '/assets/shared/headlines.js',
  '/assets/shared/pictures.js',
  '/assets/shared/shapes.js',
  '/assets/shared/store.js',
  '/assets/shared/trust.js',
  '/assets/shared/verdict.js',
  '/assets/shared/words.js',
  '/assets/verify/page.js',
  '/assets/wallet/api.js',
  '/assets/wallet/card.js',
  '/assets/wallet/challenge.js',
  '/assets/wallet/code.js',
  '/assets/wallet/list.js',
  '/assets/wallet/login.js',
  '/assets/wallet/page.js',
  '/assets/wallet/phone.js',
  '/assets/wallet/pin-lock.js',
  '/assets/wallet/showing.js',
  '/assets/wallet/units.js',
  '/assets/wallet/words.js',
  '/assets/wasm/errors.js',
  '/assets/wasm/release.js',
  '/assets/wasm/load.js',
  '/assets/wasm/scanner.js',
  '/assets/wasm/scanner_wasm.js',
  '/assets/wasm/scanner_wasm_bg.wasm',
  '/assets/wasm/verifier.js',
  '/assets/wasm/verifier_wasm.js',
  '/assets/wasm/verifier_wasm_bg.wasm',
  '/assets/wasm/wallet.js',
  '/assets/wasm/wallet_wasm.js',
  '/assets/wasm/wallet_wasm_bg.wasm',
];
const PREFIX = 'shell-';

/** Put in last: a copy without it is still being filled. */
const COMPLETE = '/complete';

self.addEventListener('install', (event) => {
  event.waitUntil(fetchShell().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || !SHELL.includes(url.pathname)) return;
  event.respondWith(answer(request, url.pathname));
  if (request.mode === 'navigate') event.waitUntil(fetchShell().catch(() => undefined));
});

async function answer(request, path) {
  const kept = await (await current())?.match(path);
  return kept ?? fetch(request);
}

/** The newest complete copy. */
async function current() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX)).sort().reverse();
  for (const name of names) {
    const copy = await caches.open(name);
    if (await copy.match(COMPLETE)) return copy;
  }
  return undefined;
}

async function fetchShell() {
  const responses = await Promise.all(
    SHELL.map(async (path) => {
      const response = await fetch(path, { cache: 'no-cache', credentials: 'omit' });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return [path, response];
    }),
  );
  const name = `${PREFIX}${String(Date.now()).padStart(16, '0')}`;
  const copy = await caches.open(name);
  await Promise.all(responses.map(([path, response]) => copy.put(path, response)));
  await copy.put(COMPLETE, new Response());
  // Only older ones go: two fetches at once must not delete each other's result.
  const older = (await caches.keys()).filter((other) => other.startsWith(PREFIX) && other < name);
  await Promise.all(older.map((other) => caches.delete(other)));
}
