/** `<licence-verifier>` under hostile or narrow conditions: policies, altered files, roots, and what stands in a licence. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, eventually, modules, newPage, showing, verifierFor } from './harness.mjs';
import { close, drawn, heard, pageWith, startSite, told, verify, watch } from './host.mjs';

const SCENE = 'hotel.checkin';
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}" unit="某某酒店 前台"></licence-verifier>`;

let site;
let server;
let manifest;
let shown;

before(async () => {
  site = await startSite();
  ({ server, manifest } = site);
  shown = await showing(server, 'lin', SCENE);
});

after(() => site?.stop());

test('without wasm-unsafe-eval it says so and verifies in the server’s frame, with the same events', async () => {
  const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; frame-src ${server.url}`;
  const page = await site.open(ELEMENT, { policy });
  assert.equal((await told(page, 'ready'))[0].mode, 'iframe');
  assert.match(await page.locator('licence-verifier .notice').textContent(), /已改用安全窗口/);
  const inside = page.frameLocator('licence-verifier iframe').locator('licence-verifier');
  const code = await shown.next();
  const [verdict] = await verify(page, code);
  assert.deepEqual([verdict.code, await heard(page, 'result')], ['OK', verdict]);
  assert.deepEqual(verdict, (await verifierFor(server)).verify(code, { now: verdict.checked_at, scene: SCENE, remember: true }));
  assert.equal((await drawn(inside)).tone, 'valid');
  // Tall enough for all of it.
  await eventually(async () => {
    const missing = await inside.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(missing <= 1, `${missing} px are cut off`);
  });
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(await axe(page.frames()[1]), []);
  await page.evaluate(() => document.getElementById('a').reset());
  await inside.locator('#scan').waitFor();
  await page.evaluate(() => document.getElementById('a').setAttribute('lang', 'en'));
  await inside.getByRole('button', { name: 'Scan a licence code' }).waitFor();
  await page.locator('licence-verifier .notice').filter({ hasText: 'a secure frame is used' }).waitFor();
  // What the host page runs does not reach what is inside.
  assert.equal(await page.locator('licence-verifier iframe').evaluate((one) => one.contentDocument), null);
  await close(page, ['script-src wasm-eval']);
});

test('a frame answers the origins its server names, and no other that looks like one', async () => {
  const { isAllowed } = await import(join(modules, 'web/element/origins.js'));
  const named = ['https://www.example.org', 'http://localhost:*'];
  for (const origin of ['https://www.example.org', 'http://localhost', 'http://localhost:3000']) assert.ok(isAllowed(origin, named), origin);
  for (const origin of [
    'https://www.example.org:8443',
    'http://www.example.org',
    'https://www.example.org.evil.example',
    'https://evil.example',
    'http://localhost.evil.example',
    'http://localhost:3000.evil.example',
    'https://localhost:3000',
    'null',
    '',
  ]) {
    assert.ok(!isAllowed(origin, named), origin);
  }
});

test('in a page with several windows the frame answers the one that holds it', async () => {
  const page = await site.open('', { ready: false });
  const answers = await page.evaluate(async (address) => {
    const load = (src) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve(frame);
        if (src) frame.src = src;
        document.body.append(frame);
      });
    const ours = await load(address);
    const sibling = await load();
    /** Whether a greeting that `from` sends is answered, within so long. */
    const greets = (from, ms) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data.here === true);
        setTimeout(() => resolve(false), ms);
        from.target = ours.contentWindow;
        from.message = { type: 'liangzheng:hello', settings: { roots: null, autohide: 0 } };
        from.port = port2;
        from.eval("target.postMessage(message, '*', [port])");
      });
    return [await greets(sibling.contentWindow, 1000), await greets(globalThis, 20_000), await greets(globalThis, 1000)];
  }, `${server.url}/embed/${manifest.version}/frame`);
  assert.deepEqual(answers, [false, true, false], 'a sibling, the page itself, the page a second time');
  await close(page);
});

test('mode="iframe" needs no leave for WebAssembly and breaks no policy; the host’s roots hold inside', async () => {
  const policy = `default-src 'none'; script-src ${server.url}; frame-src ${server.url}`;
  const wrong = { keys: [], threshold: 1 };
  const page = await site.open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`, { policy });
  assert.equal((await verify(page, await shown.next()))[0].code, 'OK');
  await page.evaluate((roots) => {
    document.getElementById('a').roots = roots;
  }, wrong);
  await heard(page, 'error');
  await close(page);
});

test('where nothing works it names what is missing', async () => {
  const policy = (more = '') => `default-src 'none'; script-src ${server.url}; connect-src ${server.url}${more}`;
  const said = async (page, words) => {
    assert.equal((await heard(page, 'error')).code, 'BLOCKED');
    assert.match(await page.locator('licence-verifier .problem').textContent(), words);
    assert.deepEqual(await axe(page), []);
    await page.context().close();
  };
  await said(await site.open(ELEMENT, { policy: policy(), ready: false }), /安全窗口打不开.*wasm-unsafe-eval.*frame-src/);
  await said(await site.open(ELEMENT, { policy: policy(), ready: false, lang: 'en' }), /secure frame does not open.*wasm-unsafe-eval/);
  const inline = `<licence-verifier id="a" mode="inline"></licence-verifier>`;
  await said(await site.open(inline, { policy: policy(), ready: false }), /mode/);
  // A site the server does not know: the demo lets localhost embed it, and this is another host.
  const framed = await site.open(ELEMENT, { policy: policy(`; frame-src ${server.url}`), name: 'shop.localhost', ready: false });
  await said(framed, /不允许 http:\/\/shop\.localhost:\d+ 嵌入.*server\.embed_origins/);
});

test('what was altered on its way is refused: the script, the module, the roots', async () => {
  const altered = await site.open(ELEMENT, { integrity: `sha384-${'A'.repeat(64)}`, ready: false });
  await altered.waitForTimeout(500);
  assert.equal(await altered.evaluate(() => customElements.get('licence-verifier')), undefined);
  await altered.context().close();

  // The scripts that the first one imports, by an import map with the manifest's hashes.
  const base = `${server.url}/embed/${manifest.version}`;
  const mapped = async (hashes) => {
    const integrity = Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [`${base}/${name}`, hash]));
    const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
    const page = await newPage(site.browser);
    await page.goto(site.host.add(`/${Math.random()}`, { html: pageWith(server, manifest, ELEMENT).replace('<script', `${map}<script`) }));
    await page.waitForLoadState();
    const defined = await page.evaluate(() => customElements.get('licence-verifier') !== undefined);
    await page.context().close();
    return defined;
  };
  const scripts = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => name.endsWith('.js')));
  assert.equal(await mapped(scripts), true);
  assert.equal(await mapped({ ...scripts, 'shared/trust.js': scripts['shared/dom.js'] }), false);

  const page = await newPage(site.browser);
  await watch(page);
  await page.route('**/verifier_wasm_bg.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto(site.host.add('/module', { html: pageWith(server, manifest, ELEMENT) }));
  assert.equal((await heard(page, 'error')).code, 'NO_MODULE');
  assert.deepEqual(await axe(page), []);
  await page.context().close();

  const roots = `roots-url="${server.url}/.well-known/roots.json" roots-integrity="sha384-${'A'.repeat(64)}"`;
  const pinned = await site.open(`<licence-verifier id="a" ${roots}></licence-verifier>`, { ready: false });
  assert.equal((await heard(pinned, 'error')).code, 'ROOTS');
  await pinned.context().close();
});

test('roots: a JSON child, a property set before the script, a hash; a server of other roots convinces nobody', async () => {
  const roots = await (await fetch(`${server.url}/.well-known/roots.json`)).text();
  const child = await site.open(`<licence-verifier id="a" scene="${SCENE}"><script type="application/json">${roots}</script></licence-verifier>`, {
    policy: site.strict,
  });
  assert.equal((await told(child, 'ready'))[0].pinned, true);
  assert.equal((await verify(child, await shown.next()))[0].code, 'OK');
  await close(child);

  const hash = Buffer.from(await crypto.subtle.digest('SHA-384', Buffer.from(roots))).toString('base64');
  const byHash = await site.open(
    `<licence-verifier id="a" roots-url="${server.url}/.well-known/roots.json" roots-integrity="sha384-${hash}"></licence-verifier>`,
  );
  assert.equal((await told(byHash, 'ready'))[0].pinned, true);
  await byHash.context().close();

  // Set while the element is still unknown; these are somebody else's.
  const { kty, crv, x, y } = await crypto.subtle.exportKey(
    'jwk',
    (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])).publicKey,
  );
  const others = { keys: [{ kid: 'root-z', jwk: { kty, crv, x, y } }], threshold: 1 };
  const page = await newPage(site.browser);
  await watch(page);
  await page.addInitScript((given) => {
    document.addEventListener('DOMContentLoaded', () => {
      globalThis.early = document.getElementById('a');
      globalThis.early.roots = given;
    });
  }, others);
  await page.goto(site.host.add('/late', { html: pageWith(server, manifest, ELEMENT).replace('type="module" crossorigin src', 'type="module" data-late crossorigin data-src') }));
  await page.evaluate(async () => {
    const { src, integrity } = { src: document.querySelector('[data-late]').dataset.src, integrity: document.querySelector('[data-late]').integrity };
    document.head.append(Object.assign(document.createElement('script'), { type: 'module', crossOrigin: '', src, integrity }));
  });
  const { code } = await heard(page, 'error');
  assert.match(code, /^(E_TRUST_|NO_LISTS)/, code);
  assert.deepEqual(await told(page, 'ready'), []);
  assert.match(await page.locator('licence-verifier').evaluate((one) => one.roots), /root-z/);
  await page.context().close();
});

test('whatever stands in a licence stays text: 500 payloads in every place of a verdict', async () => {
  const page = await site.open(ELEMENT, { policy: site.strict });
  const [genuine] = await verify(page, await shown.next());
  const results = await page.evaluate(
    async ([base, verdict, payloads]) => {
      const { verdictCard } = await import(`${base}/shared/verdict.js`);
      const { Words } = await import(`${base}/shared/words.js`);
      const words = new Words('zh-CN', (await import(`${base}/i18n/zh-CN.js`)).default);
      const place = document.querySelector('main');
      const wrong = [];
      let tags = null;
      for (const payload of payloads) {
        const text = { 'zh-CN': payload, en: payload };
        const { licence, scene } = verdict;
        const filled = {
          ...verdict,
          message: text,
          hint: text,
          cautions: [{ code: 'C_NOTICE', message: text }],
          checks: verdict.checks.map((check) => ({ ...check, detail: text })),
          scene: { ...scene, names: text },
          licence: {
            ...licence,
            identifier: payload,
            kind: { ...licence.kind, names: text },
            unit: { ...licence.unit, names: text },
            fields: licence.fields.map((field) => ({ ...field, label: text, value: payload })),
            delegate: { sub: 'x', name: payload },
          },
        };
        const card = verdictCard(filled, 'EL1:', words);
        place.append(card);
        const found = [...card.querySelectorAll('*')].map(({ tagName }) => tagName).join();
        tags ??= found;
        const told = [...card.querySelectorAll('.verdict-head p, h3, dt, dd, .check-detail, .cautions li')];
        // The band's headline for a caution is our own; every other place must say the payload, letter by letter.
        const said = told.filter(({ textContent }) => textContent.includes(payload)).length;
        if (found !== tags || said < verdict.checks.length + 2 * licence.fields.length + 6) wrong.push(payload);
        card.remove();
      }
      return { wrong, owned: globalThis.owned ?? null, count: payloads.length };
    },
    [`${server.url}/embed/${manifest.version}`, genuine, payloads()],
  );
  assert.deepEqual(results, { wrong: [], owned: null, count: 500 });
  await close(page);
});

/** 25 ways to break out of text, each with 20 ways to run something. */
function payloads() {
  const calls = ['owned=1', 'globalThis.owned=1', 'top.owned=1', 'self["owned"]=1', 'eval("owned=1")', 'Function("owned=1")()'];
  const more = ['setTimeout("owned=1")', 'import("data:text/javascript,owned=1")', 'location="javascript:owned=1"', 'alert(1)'];
  const spelt = [(call) => call, (call) => call.replaceAll('o', '\\u006f')];
  const shells = [
    (x) => `<script>${x}</script>`,
    (x) => `"><script>${x}</script>`,
    (x) => `</script><script>${x}//`,
    (x) => `<img src=x onerror='${x}'>`,
    (x) => `'"><img src=x onerror=${x}>`,
    (x) => `<svg onload='${x}'>`,
    (x) => `<svg><script>${x}</script></svg>`,
    (x) => `<iframe srcdoc="<script>${x}</script>"></iframe>`,
    (x) => `<iframe src="javascript:${x}"></iframe>`,
    (x) => `<a href="javascript:${x}">x</a>`,
    (x) => `javascript:${x}`,
    (x) => `<body onload='${x}'>`,
    (x) => `<details open ontoggle='${x}'>`,
    (x) => `<input autofocus onfocus='${x}'>`,
    (x) => `<video><source onerror='${x}'></video>`,
    (x) => `<math><mtext><style><img src=x onerror='${x}'></style>`,
    (x) => `<template><script>${x}</script></template>`,
    (x) => `<!--><img src=x onerror='${x}'>-->`,
    (x) => `&lt;script&gt;${x}&lt;/script&gt;`,
    (x) => `&#60;img src=x onerror=${x}&#62;`,
    (x) => `{{constructor.constructor('${x}')()}}`,
    (x) => `\${${x}}`,
    (x) => `]]><img src=x onerror='${x}'>`,
    (x) => `\u202e<img src=x onerror='${x}'>\u202c`,
    (x) => `{n}<style>@import'javascript:${x}'</style>`,
  ];
  return shells.flatMap((shell) => [...calls, ...more].flatMap((call) => spelt.map((spell) => shell(spell(call)))));
}

