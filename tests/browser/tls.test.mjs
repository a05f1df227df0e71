/** `demo --tls`: what a phone needs of a server, HTTPS with a certificate that the server made itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardFor, logIn, newPage, now, readScreen, serverAndBrowser, showCard } from './harness.mjs';

const SCENE = 'hotel.checkin';
const { server, browser } = await serverAndBrowser({ tls: true });

test('over HTTPS a licence is shown on one page and verified on another', async () => {
  // The person has accepted the certificate once.
  const phone = await newPage(browser, { ignoreHTTPSErrors: true });
  await logIn(phone, server, 'lin');
  const card = await cardFor(phone, SCENE);
  await showCard(phone, server, 'lin', { licence: card.id, scene: SCENE });
  const code = await readScreen(phone);
  const [session] = await phone.context().cookies();
  assert.ok(session.name.startsWith('__Host-') && session.secure && session.httpOnly, JSON.stringify(session));

  const desk = await newPage(browser, { ignoreHTTPSErrors: true });
  await desk.goto(`${server.url}/verify`);
  const verdict = await desk.evaluate(
    async ({ code, scene, now }) => {
      const { Verifier } = await import('/assets/wasm/verifier.js');
      const get = async (path) => (await fetch(path)).text();
      const verifier = new Verifier({ roots: await get('/.well-known/roots.json') });
      verifier.loadTrustList(await get('/.well-known/trust-list'), now);
      verifier.loadCatalogue(await get('/.well-known/catalogue'), now);
      for (const uri of JSON.parse(await get('/status-lists')).status_lists) {
        verifier.loadStatusList(await get(new URL(uri).pathname), now, uri);
      }
      return verifier.verify(code, { now, scene });
    },
    { code, scene: SCENE, now: now() },
  );
  assert.equal(verdict.code, 'OK', JSON.stringify(verdict));
  assert.ok(await desk.evaluate(() => globalThis.isSecureContext));
  assert.deepEqual([...phone.faults, ...desk.faults], []);
});
