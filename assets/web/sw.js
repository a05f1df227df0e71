/**
 * Holds the pages, their scripts and the modules, so that both open without a network.
 *
 * In the background each visit fetches a new copy, which counts only once every file of one release has arrived. A page
 * reads from the copy it was opened with for as long as it is open, so files of two releases never meet in it; for that
 * reason every page is in it. Data (`/api/v1`, `/.well-known`, `/status-lists`) never pass through here: pages keep signed
 * objects themselves, and personal data are not cached.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const SHELL = [
  '/',
  '/api/docs',
  '/assets/css/base.css',
  '/assets/css/card-preview.css',
  '/assets/css/docs.css',
  '/assets/css/exempt.css',
  '/assets/css/form.css',
  '/assets/css/home.css',
  '/assets/css/inspector.css',
  '/assets/css/office-counter.css',
  '/assets/css/office-editor.css',
  '/assets/css/office-record.css',
  '/assets/css/office.css',
  '/assets/css/public.css',
  '/assets/css/shared.css',
  '/assets/css/wallet-large.css',
  '/assets/css/wallet.css',
  '/assets/docs/document.js',
  '/assets/docs/page.js',
  '/assets/docs/schema.js',
  '/assets/exempt/page.js',
  '/assets/home/demo.js',
  '/assets/home/hands.js',
  '/assets/home/page.js',
  '/assets/home/phone.js',
  '/assets/home/walk.js',
  '/assets/i18n/docs.en.json',
  '/assets/i18n/docs.zh-CN.json',
  '/assets/i18n/exempt.en.json',
  '/assets/i18n/exempt.zh-CN.json',
  '/assets/i18n/home.en.json',
  '/assets/i18n/home.zh-CN.json',
  '/assets/i18n/inspector.en.json',
  '/assets/i18n/inspector.zh-CN.json',
  '/assets/i18n/office.en.json',
  '/assets/i18n/office.zh-CN.json',
  '/assets/i18n/page.en.json',
  '/assets/i18n/page.zh-CN.json',
  '/assets/i18n/public.en.json',
  '/assets/i18n/public.zh-CN.json',
  '/assets/i18n/shared.en.json',
  '/assets/i18n/shared.zh-CN.json',
  '/assets/i18n/wallet.en.json',
  '/assets/i18n/wallet.zh-CN.json',
  '/assets/icon.svg',
  '/assets/inspector/file.js',
  '/assets/inspector/freshness.js',
  '/assets/inspector/matters.js',
  '/assets/inspector/memory.js',
  '/assets/inspector/page.js',
  '/assets/inspector/ready.js',
  '/assets/inspector/receipts.js',
  '/assets/inspector/result.js',
  '/assets/inspector/staff.js',
  '/assets/kit/busy.js',
  '/assets/kit/card-face.js',
  '/assets/kit/composed.js',
  '/assets/kit/dialog.js',
  '/assets/kit/faults.js',
  '/assets/kit/file.js',
  '/assets/kit/notice.js',
  '/assets/kit/parts.js',
  '/assets/kit/pin.js',
  '/assets/kit/rows.js',
  '/assets/kit/table.js',
  '/assets/office/api.js',
  '/assets/office/asking-holder.js',
  '/assets/office/asking.js',
  '/assets/office/catalogue/acts.js',
  '/assets/office/catalogue/codes.js',
  '/assets/office/catalogue/common.js',
  '/assets/office/catalogue/face.js',
  '/assets/office/catalogue/forms.js',
  '/assets/office/catalogue/inspection-matter.js',
  '/assets/office/catalogue/kind.js',
  '/assets/office/catalogue/matter.js',
  '/assets/office/catalogue/preview.js',
  '/assets/office/catalogue/scene.js',
  '/assets/office/catalogue/summary.js',
  '/assets/office/catalogue/template.js',
  '/assets/office/catalogue/using-list.js',
  '/assets/office/catalogue/words.js',
  '/assets/office/fetched.js',
  '/assets/office/filling.js',
  '/assets/office/frame.js',
  '/assets/office/issuing/acts.js',
  '/assets/office/issuing/compare.js',
  '/assets/office/issuing/face.js',
  '/assets/office/issuing/picture.js',
  '/assets/office/issuing/reconciling.js',
  '/assets/office/issuing/words.js',
  '/assets/office/kept.js',
  '/assets/office/office.webmanifest',
  '/assets/office/once.js',
  '/assets/office/page.js',
  '/assets/office/paged.js',
  '/assets/office/people/looking.js',
  '/assets/office/people/numbers.js',
  '/assets/office/people/roles.js',
  '/assets/office/people/words.js',
  '/assets/office/proposals.js',
  '/assets/office/screens/account-new.js',
  '/assets/office/screens/account.js',
  '/assets/office/screens/agencies.js',
  '/assets/office/screens/agency-new.js',
  '/assets/office/screens/analyses.js',
  '/assets/office/screens/analysis-new.js',
  '/assets/office/screens/analysis.js',
  '/assets/office/screens/calendar.js',
  '/assets/office/screens/case-new.js',
  '/assets/office/screens/case.js',
  '/assets/office/screens/cases.js',
  '/assets/office/screens/counter-ask.js',
  '/assets/office/screens/counter-request.js',
  '/assets/office/screens/counts.js',
  '/assets/office/screens/draft.js',
  '/assets/office/screens/duplicates.js',
  '/assets/office/screens/duties.js',
  '/assets/office/screens/duty-new.js',
  '/assets/office/screens/duty.js',
  '/assets/office/screens/editor.js',
  '/assets/office/screens/entries.js',
  '/assets/office/screens/entry.js',
  '/assets/office/screens/home.js',
  '/assets/office/screens/import.js',
  '/assets/office/screens/imports.js',
  '/assets/office/screens/keys.js',
  '/assets/office/screens/licence.js',
  '/assets/office/screens/licences.js',
  '/assets/office/screens/login.js',
  '/assets/office/screens/look-up.js',
  '/assets/office/screens/outbox.js',
  '/assets/office/screens/prints.js',
  '/assets/office/screens/proposals.js',
  '/assets/office/screens/reconciliation.js',
  '/assets/office/screens/reconciliations.js',
  '/assets/office/screens/recoveries.js',
  '/assets/office/screens/recovery-new.js',
  '/assets/office/screens/request.js',
  '/assets/office/screens/requests.js',
  '/assets/office/screens/tasks.js',
  '/assets/office/screens/unit-editor.js',
  '/assets/office/screens/unit-succession.js',
  '/assets/office/screens/unit.js',
  '/assets/office/screens/units.js',
  '/assets/office/screens/uses.js',
  '/assets/office/sections.js',
  '/assets/office/sending.js',
  '/assets/office/shortcuts.js',
  '/assets/page/client.js',
  '/assets/page/clock.js',
  '/assets/page/frame.js',
  '/assets/page/i18n.js',
  '/assets/page/offline.js',
  '/assets/page/signed.js',
  '/assets/page/storage.js',
  '/assets/page/tabs.js',
  '/assets/page/theme.js',
  '/assets/page/turns.js',
  '/assets/page/words.js',
  '/assets/public/page.js',
  '/assets/shared/button.js',
  '/assets/shared/camera.js',
  '/assets/shared/countdown.js',
  '/assets/shared/desk.js',
  '/assets/shared/dom.js',
  '/assets/shared/field.js',
  '/assets/shared/finder.js',
  '/assets/shared/handshake.js',
  '/assets/shared/headlines.js',
  '/assets/shared/obstacle.js',
  '/assets/shared/patience.js',
  '/assets/shared/pictures.js',
  '/assets/shared/readings.js',
  '/assets/shared/scanning.js',
  '/assets/shared/shapes.js',
  '/assets/shared/store.js',
  '/assets/shared/trouble.js',
  '/assets/shared/trust.js',
  '/assets/shared/verdict.js',
  '/assets/shared/wedge.js',
  '/assets/shared/words.js',
  '/assets/wallet/api.js',
  '/assets/wallet/asking.js',
  '/assets/wallet/code.js',
  '/assets/wallet/face.js',
  '/assets/wallet/factor.js',
  '/assets/wallet/file.js',
  '/assets/wallet/large.js',
  '/assets/wallet/licence.js',
  '/assets/wallet/own-codes.js',
  '/assets/wallet/own-recovery.js',
  '/assets/wallet/page.js',
  '/assets/wallet/phone.js',
  '/assets/wallet/pin-lock.js',
  '/assets/wallet/routes.js',
  '/assets/wallet/scan.js',
  '/assets/wallet/screens/account.js',
  '/assets/wallet/screens/authorisations.js',
  '/assets/wallet/screens/authorise.js',
  '/assets/wallet/screens/card.js',
  '/assets/wallet/screens/challenge.js',
  '/assets/wallet/screens/delegate.js',
  '/assets/wallet/screens/delegations.js',
  '/assets/wallet/screens/devices.js',
  '/assets/wallet/screens/list.js',
  '/assets/wallet/screens/login.js',
  '/assets/wallet/screens/record.js',
  '/assets/wallet/screens/request.js',
  '/assets/wallet/screens/staff.js',
  '/assets/wallet/screens/suggestions.js',
  '/assets/wallet/screens/uses.js',
  '/assets/wallet/search.js',
  '/assets/wallet/short-code.js',
  '/assets/wallet/showing.js',
  '/assets/wallet/units.js',
  '/assets/wasm/errors.js',
  '/assets/wasm/load.js',
  '/assets/wasm/release.js',
  '/assets/wasm/scanner.js',
  '/assets/wasm/scanner_wasm.js',
  '/assets/wasm/scanner_wasm_bg.wasm',
  '/assets/wasm/verifier.js',
  '/assets/wasm/verifier_wasm.js',
  '/assets/wasm/verifier_wasm_bg.wasm',
  '/assets/wasm/wallet.js',
  '/assets/wasm/wallet_wasm.js',
  '/assets/wasm/wallet_wasm_bg.wasm',
  '/exempt-materials',
  '/office',
  '/public-licences',
  '/verify',
  '/wallet',
];

/** The digest over all files of a build: it differs when any of them does, be it one page's script. */
const RELEASE = '/assets/release.txt';

const OURS = 'shell-';

/** Copies are numbered, not dated: a clock that was once ahead would make every later copy look old. */
const PREFIX = `${OURS}copy-`;

/** Put in last: a copy without it is still being filled. */
const COMPLETE = '/complete';

/** Before a page's id: marks the copy it reads from. Kept in the copy, since a worker may be stopped at any time. */
const READER = '/reader/';

worker.addEventListener('install', (event) => {
  event.waitUntil(fetchShell().then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(claim());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin || !SHELL.includes(url.pathname)) return;
  event.respondWith(answer(event, url.pathname));
  if (request.mode === 'navigate') event.waitUntil(fetchShell().catch(() => undefined));
});

/** Pages opened before there was a worker get their copy now: later there may be one of another release. */
async function claim() {
  await worker.clients.claim();
  for (const { id } of await worker.clients.matchAll()) await copyOf(id);
}

/**
 * @param {FetchEvent} event
 * @param {string} path
 */
async function answer({ request, clientId, resultingClientId }, path) {
  const kept = await (await copyOf(resultingClientId || clientId))?.match(path);
  return kept ?? fetch(request);
}

/** The copy that the page `id` was opened with; for a new page the newest, from now on. @param {string} id */
async function copyOf(id) {
  const copies = await complete();
  const newest = copies[0]?.copy;
  // Some browsers do not name a page before it is open.
  if (!id) return newest;
  for (const { copy } of copies) {
    if (await copy.match(READER + id)) return copy;
  }
  // With no room left for the mark the page must still open.
  await newest?.put(READER + id, new Response()).catch(() => undefined);
  return newest;
}

/** All complete copies, the newest first. */
async function complete() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  // Asked by name: to open a copy that is just being swept away would make it anew, empty.
  const marks = await Promise.all(names.map((cacheName) => caches.match(COMPLETE, { cacheName })));
  const whole = names.filter((_, index) => marks[index]).sort((a, b) => numberOf(b) - numberOf(a));
  return Promise.all(whole.map(async (name) => ({ name, copy: await caches.open(name) })));
}

/** @param {string} name */
const numberOf = (name) => Number(name.slice(PREFIX.length));

/** One at a time, in all workers: two at once would take the same number, and one could sweep away the other's copy. */
function fetchShell() {
  return navigator.locks.request(OURS, () => fill().finally(sweep));
}

async function fill() {
  const before = await release();
  const responses = await Promise.all(SHELL.map(async (path) => ({ path, response: await fetched(path) })));
  const taken = (await caches.keys()).filter((name) => name.startsWith(PREFIX)).map(numberOf);
  const copy = await caches.open(`${PREFIX}${Math.max(0, ...taken) + 1}`);
  await Promise.all(responses.map(({ path, response }) => copy.put(path, response)));
  if ((await release()) !== before) throw new Error('the release changed meanwhile');
  await copy.put(COMPLETE, new Response());
}

async function release() {
  return (await fetched(RELEASE)).text();
}

/** @param {string} path */
async function fetched(path) {
  const response = await fetch(path, { cache: 'no-cache', credentials: 'omit' });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** Leaves the newest copy, the one before it (a page may just be opening from it), and those that open pages read. */
async function sweep() {
  /** @type {string[]} */
  const kept = [];
  for (const { name, copy } of await complete()) {
    if (kept.length < 2 || (await isRead(copy))) kept.push(name);
  }
  const others = (await caches.keys()).filter((name) => name.startsWith(OURS) && !kept.includes(name));
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** @param {Cache} copy */
async function isRead(copy) {
  for (const { url } of await copy.keys()) {
    const { pathname } = new URL(url);
    if (pathname.startsWith(READER) && (await worker.clients.get(pathname.slice(READER.length)))) return true;
  }
  return false;
}
