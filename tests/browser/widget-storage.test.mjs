/** `<licence-verifier>` where the browser keeps nothing for it: it verifies, and says that it is not ready for offline use. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, newPage, showing } from './harness.mjs';
import { close, drawn, heard, pageWith, startSite, verify, watch } from './host.mjs';

const SCENE = 'hotel.checkin';
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}"></licence-verifier>`;

let site;
let shown;

before(async () => {
  site = await startSite();
  shown = await showing(site.server, 'lin', SCENE);
});

after(() => site?.stop());

/** The element in a page of its own, after `spoil` did to its storage what a browser does. */
async function opened(spoil, lang = 'zh-CN') {
  const page = await newPage(site.browser);
  await watch(page);
  const { server, manifest, strict: policy } = site;
  const url = site.host.add(`/${Math.random()}`, { html: pageWith(server, manifest, ELEMENT, { lang }), policy });
  await spoil(page, new URL(url).origin);
  await page.goto(url);
  await heard(page, 'ready');
  return page;
}

const notice = (page) => page.locator('licence-verifier .notice');

/** It judges all the same, and what it says of its storage stays beside the verdict. */
async function verifies(page, words) {
  assert.equal((await verify(page, await shown.next()))[0].code, 'OK');
  assert.equal((await drawn(page)).code, 'OK');
  assert.match(await notice(page).textContent(), words);
  assert.deepEqual(await axe(page), []);
}

test('a storage that lasts is not talked about', async () => {
  const page = await opened(() => {});
  assert.equal(await notice(page).isVisible(), false);
  await close(page);
});

test('a full storage is told, in either language', async () => {
  for (const [lang, words] of [['zh-CN', /存储空间已满.*不能离线核验/], ['en', /storage is full.*verified offline/]]) {
    const page = await opened(async (page, origin) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    }, lang);
    await notice(page).filter({ hasText: words }).waitFor();
    await verifies(page, words);
    await close(page);
  }
});

test('a browser that gives no storage is told, and one that took it away too', async () => {
  const none = "Object.defineProperty(globalThis, 'indexedDB', { value: undefined })";
  const closed = `IDBFactory.prototype.open = () => { throw new DOMException('', 'InvalidStateError'); }`;
  for (const takeAway of [none, closed]) {
    const page = await opened((page) => page.addInitScript(takeAway));
    await notice(page).filter({ hasText: /没有为本组件提供存储.*不留作离线核验/ }).waitFor();
    await verifies(page, /没有为本组件提供存储/);
    await close(page);
  }
});

test('a storage that never answers is gone on without, and told', async () => {
  const page = await opened((page) =>
    page.addInitScript('IDBFactory.prototype.open = () => new EventTarget();'),
  );
  await notice(page).filter({ hasText: '没有响应' }).waitFor();
  await verifies(page, /没有响应/);
  await close(page);
});
