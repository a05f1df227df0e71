/** `<licence-verifier>` in somebody else's page: under every policy it works or says why, and tells the very verdict. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { axe, binary, newPage, showCard, showing, logIn, cardFor, readScreen, startBrowser, startServer, verifierFor } from './harness.mjs';
import { heard, pageWith, startHost, told, watch } from './host.mjs';

const SCENE = 'hotel.checkin';
const HOTEL = '91990100MA0000314U';
const CHECKS = ['form', 'signature', 'issuer', 'time', 'replay', 'scene', 'status', 'dates', 'notices', 'holder', 'clock'];
const ELEMENT = `<licence-verifier id="a" scene="${SCENE}" unit="某某酒店 前台"></licence-verifier>`;
const run = promisify(execFile);
let server;
let browser;
let host;
let manifest;
let shown;

before(async () => {
  // A camera there is, but nobody to allow it.
  [server, browser, host] = await Promise.all([
    startServer(),
    startBrowser(['--use-fake-device-for-media-stream', '--deny-permission-prompts']),
    startHost(),
  ]);
  manifest = await (await fetch(`${server.url}/embed/manifest.json`)).json();
  shown = await showing(server, 'lin', SCENE);
});

after(async () => {
  await browser?.close();
  await server?.close();
  host?.close();
});

/** The policy a site needs for the element, as README.md says, and beyond that nothing. */
const strict = (more = '') =>
  `default-src 'none'; script-src ${server.url} 'wasm-unsafe-eval'; connect-src ${server.url}; require-trusted-types-for 'script'${more}`;

/** A host page with `body`, opened. `ready: false`: does not wait for the element. */
async function open(body, { policy, name, ready = true, context = {}, ...options } = {}) {
  const page = await newPage(browser, context);
  await watch(page);
  const url = host.add(`/${Math.random()}`, { html: pageWith(server, manifest, body, options), policy }, name);
  await page.goto(url);
  if (ready) await heard(page, 'ready');
  return page;
}

const verify = (page, input, id = 'a') =>
  page.evaluate(([element, text]) => document.getElementById(element).verify(text), [id, input]);

/** The card on the screen. */
const drawn = (scope) =>
  scope.locator('.verdict').first().evaluate((card) => ({
    code: card.dataset.code,
    tone: card.dataset.tone,
    title: card.querySelector('h2').textContent,
    colour: getComputedStyle(card.querySelector('.verdict-head')).backgroundColor,
    checks: [...card.querySelectorAll('[data-check]')].map(({ dataset }) => dataset.check),
    text: card.textContent,
  }));

async function close(page, violations = []) {
  assert.deepEqual([...new Set(await page.evaluate(() => globalThis.violations))], violations);
  await page.context().close();
}

test('under a strict policy it verifies, and tells what the module and the command line tell', async () => {
  const page = await open(ELEMENT, { policy: strict() });
  assert.deepEqual(await told(page, 'ready'), [{ version: manifest.version, mode: 'inline', pinned: false }]);
  assert.match(await page.locator('licence-verifier h2').first().textContent(), /某某酒店/);
  assert.match(await page.locator('licence-verifier footer').textContent(), new RegExp(`${manifest.version}.*可离线核验 · 名单`));
  assert.deepEqual(await axe(page), []);

  const code = await shown.next();
  await page.locator('licence-verifier').getByRole('button', { name: '粘贴内容' }).click();
  await page.locator('#text').fill(code);
  await page.locator('licence-verifier').getByRole('button', { name: '核验', exact: true }).click();
  const verdict = await heard(page, 'result');
  assert.equal(verdict.code, 'OK', JSON.stringify(verdict));
  assert.deepEqual(await told(page, 'scan'), [{ source: 'paste' }]);
  const card = await drawn(page);
  assert.deepEqual(
    [card.code, card.tone, card.colour, card.checks],
    ['OK', 'valid', 'rgb(6, 118, 71)', CHECKS],
  );
  assert.match(card.text, /请核对本人与证件照片/);
  assert.deepEqual(await axe(page), []);

  const options = { now: verdict.checked_at, scene: SCENE, remember: true };
  assert.deepEqual(verdict, (await verifierFor(server)).verify(code, options), 'the module');
  const bundle = mkdtempSync(join(tmpdir(), 'lz-widget-'));
  const cli = (...args) => run(binary('liangzheng-verify'), ['--bundle', bundle, ...args]);
  await cli('sync', '--server', server.url, '--root', server.roots);
  const options_ = ['--now', String(verdict.checked_at), '--scene', SCENE, '--json', '--replay-cache', join(bundle, 'seen')];
  assert.deepEqual(verdict, JSON.parse((await cli('verify', code, ...options_)).stdout), 'the command line');
  rmSync(bundle, { recursive: true });
  await close(page);
});

test('without any policy: picture, hardware scanner, paste; a second time the code is refused', async () => {
  const page = await open(ELEMENT);
  const element = page.locator('licence-verifier');
  const before = await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length);
  const code = await shown.next();

  // A scanner that types, wherever the focus is; a person who types is no scanner.
  await page.locator('#note').focus();
  await page.keyboard.type('EL1:ABC', { delay: 80 });
  await page.keyboard.press('Enter');
  assert.deepEqual(await told(page, 'scan'), []);
  await element.locator('#scan').focus();
  await page.keyboard.type(code, { delay: 1 });
  await page.keyboard.press('Enter');
  assert.equal((await heard(page, 'result')).code, 'OK');
  assert.deepEqual((await told(page, 'scan')).at(-1), { source: 'scanner' });
  assert.equal(await element.locator('video').count(), 0, 'the blanks of a code press no button');
  assert.ok(await element.evaluate((one) => one.shadowRoot.activeElement.classList.contains('verdict-title')));

  // The same code once more.
  const [again] = await verify(page, code);
  assert.equal(again.code, 'E_REPLAY');
  assert.equal((await drawn(page)).tone, 'invalid');

  // Its picture, and pictures without one.
  await element.locator('#next').click();
  const fresh = await shown.next();
  const picture = await page.evaluate(async ([url, text]) => {
    const { qrSvg } = await import(`${url}/wallet.js`);
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(text))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 640 });
    canvas.getContext('2d').drawImage(image, 0, 0, 640, 640);
    return canvas.toDataURL('image/png').split(',')[1];
  }, [`${server.url}/embed/${manifest.version}`, fresh]);
  const file = (buffer) => ({ name: 'x.png', mimeType: 'image/png', buffer });
  await element.locator('#picture').setInputFiles(file(Buffer.from(picture, 'base64')));
  assert.equal((await heard(page, 'result', 3)).code, 'OK');
  await element.locator('#next').click();
  await element.locator('#picture').setInputFiles(file(await page.locator('h1').screenshot()));
  assert.equal((await heard(page, 'error')).code, 'NO_CODE');
  await element.locator('#picture').setInputFiles(file(Buffer.from('no picture')));
  assert.equal((await heard(page, 'error', 2)).code, 'PICTURE');
  assert.match(await element.locator('.notice').textContent(), /打不开这个文件/);

  // Pasted onto the element, and what is no code at all.
  await element.locator('#scan').focus();
  await element.evaluate((one) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', '<img src=x onerror="document.title=1">');
    one.shadowRoot.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true }));
  });
  assert.equal((await heard(page, 'result', 4)).verdict, 'invalid');
  assert.equal((await drawn(page)).tone, 'neutral');
  assert.equal(await element.locator('.verdict img').count(), 0);

  assert.deepEqual(page.faults, []);
  assert.equal(await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length), before, 'nothing global is left');
  await close(page);
});

test('a verdict goes after its time, unless that is halted; the next person finds nothing', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" autohide="2"></licence-verifier>`);
  const element = page.locator('licence-verifier');
  await verify(page, await shown.next());
  await element.locator('#pause').click();
  await page.waitForTimeout(2500);
  assert.equal(await element.locator('.verdict').count(), 1);
  assert.deepEqual(await axe(page), []);
  await element.locator('#pause').click();
  await element.locator('#scan').waitFor();
  assert.equal(await element.locator('.verdict').count(), 0);
  await close(page);
});

test('a camera that may not be used is said in a panel, with what else there is', async () => {
  const page = await open(ELEMENT);
  const dialogs = [];
  page.on('dialog', (dialog) => dialogs.push(dialog.message()));
  await page.locator('licence-verifier #scan').click();
  assert.equal((await heard(page, 'error')).code, 'CAMERA_DENIED');
  assert.match(await page.locator('licence-verifier .problem').textContent(), /未获得相机权限.*允许本页使用相机/);
  assert.ok(await page.locator('licence-verifier #picture').isEnabled());
  assert.deepEqual(dialogs, []);
  assert.deepEqual(await axe(page), []);
  await close(page);
});

test('without wasm-unsafe-eval it says so and verifies in the server’s frame, with the same events', async () => {
  const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; frame-src ${server.url}`;
  const page = await open(ELEMENT, { policy });
  assert.equal((await told(page, 'ready'))[0].mode, 'iframe');
  assert.match(await page.locator('licence-verifier .notice').textContent(), /已改用安全窗口/);
  const inside = page.frameLocator('licence-verifier iframe').locator('licence-verifier');
  const code = await shown.next();
  const [verdict] = await verify(page, code);
  assert.deepEqual([verdict.code, await heard(page, 'result')], ['OK', verdict]);
  assert.deepEqual(verdict, (await verifierFor(server)).verify(code, { now: verdict.checked_at, scene: SCENE, remember: true }));
  assert.equal((await drawn(inside)).tone, 'valid');
  // Tall enough for all of it.
  const missing = await inside.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.ok(missing <= 1, `${missing} px are cut off`);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(await axe(page.frames()[1]), []);
  await page.evaluate(() => document.getElementById('a').reset());
  await inside.locator('#scan').waitFor();
  await page.evaluate(() => document.getElementById('a').setAttribute('lang', 'en'));
  await inside.getByRole('button', { name: 'Scan a licence code' }).waitFor();
  await close(page, ['script-src wasm-eval']);
});

test('mode="iframe" needs no leave for WebAssembly and breaks no policy; the host’s roots hold inside', async () => {
  const policy = `default-src 'none'; script-src ${server.url}; frame-src ${server.url}`;
  const wrong = { keys: [], threshold: 1 };
  const page = await open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`, { policy });
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
  await said(await open(ELEMENT, { policy: policy(), ready: false }), /安全窗口打不开.*wasm-unsafe-eval.*frame-src/);
  await said(await open(ELEMENT, { policy: policy(), ready: false, lang: 'en' }), /secure frame does not open.*wasm-unsafe-eval/);
  const inline = `<licence-verifier id="a" mode="inline"></licence-verifier>`;
  await said(await open(inline, { policy: policy(), ready: false }), /mode/);
  // A site the server does not know: the demo lets localhost embed it, and this is another host.
  const framed = await open(ELEMENT, { policy: policy(`; frame-src ${server.url}`), name: 'shop.localhost', ready: false });
  await said(framed, /不允许 http:\/\/shop\.localhost:\d+ 嵌入.*server\.embed_origins/);
});

test('what was altered on its way is refused: the script, the module, the roots', async () => {
  const altered = await open(ELEMENT, { integrity: `sha384-${'A'.repeat(64)}`, ready: false });
  await altered.waitForTimeout(500);
  assert.equal(await altered.evaluate(() => customElements.get('licence-verifier')), undefined);
  await altered.context().close();

  const page = await newPage(browser);
  await watch(page);
  await page.route('**/verifier_wasm_bg.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto(host.add('/module', { html: pageWith(server, manifest, ELEMENT) }));
  assert.equal((await heard(page, 'error')).code, 'NO_MODULE');
  assert.deepEqual(await axe(page), []);
  await page.context().close();

  const roots = `roots-url="${server.url}/.well-known/roots.json" roots-integrity="sha384-${'A'.repeat(64)}"`;
  const pinned = await open(`<licence-verifier id="a" ${roots}></licence-verifier>`, { ready: false });
  assert.equal((await heard(pinned, 'error')).code, 'ROOTS');
  await pinned.context().close();
});

test('roots: a JSON child, a property set before the script, a hash; a server of other roots convinces nobody', async () => {
  const roots = await (await fetch(`${server.url}/.well-known/roots.json`)).text();
  const child = await open(`<licence-verifier id="a" scene="${SCENE}"><script type="application/json">${roots}</script></licence-verifier>`, {
    policy: strict(),
  });
  assert.equal((await told(child, 'ready'))[0].pinned, true);
  assert.equal((await verify(child, await shown.next()))[0].code, 'OK');
  await close(child);

  const hash = Buffer.from(await crypto.subtle.digest('SHA-384', Buffer.from(roots))).toString('base64');
  const byHash = await open(
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
  const page = await newPage(browser);
  await watch(page);
  await page.addInitScript((given) => {
    document.addEventListener('DOMContentLoaded', () => {
      globalThis.early = document.getElementById('a');
      globalThis.early.roots = given;
    });
  }, others);
  await page.goto(host.add('/late', { html: pageWith(server, manifest, ELEMENT).replace('type="module" crossorigin src', 'type="module" data-late crossorigin data-src') }));
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

test('a wrong attribute is named and nothing is guessed', async () => {
  for (const attributes of ['mode="inlin"', 'max-age="1h"', 'autohide="soon"', 'trust-url="licence.example"', 'trust-url="ftp://x"']) {
    const relative = attributes === 'trust-url="licence.example"';
    const page = await open(`<licence-verifier id="a" ${attributes}></licence-verifier>`, { ready: false });
    const { code, message } = await heard(page, 'error');
    // A relative address is one of the page's own origin, which has no lists.
    if (relative) assert.equal(code, 'NO_LISTS');
    else assert.ok(code === 'USAGE' && message.includes(attributes.split('=')[0]), message);
    await page.context().close();
  }
});

test('a list older than the page allows makes nothing green, and bad news is told all the same', async () => {
  const page = await open(`<licence-verifier id="a" scene="${SCENE}" max-age="1"></licence-verifier>`);
  await page.waitForTimeout(2500);
  const code = await shown.next();
  const [verdict] = await verify(page, code);
  assert.deepEqual([verdict.verdict, verdict.code, (await drawn(page)).tone], ['undetermined', 'U_STATUS_MISSING', 'unknown']);
  assert.deepEqual(await axe(page), []);
  await page.evaluate(() => document.getElementById('a').removeAttribute('max-age'));
  assert.equal((await verify(page, code))[0].code, 'OK', 'a grey verdict uses no code up');
  await page.evaluate(() => document.getElementById('a').setAttribute('scene', 'hospital.visit'));
  assert.equal((await verify(page, await shown.next()))[0].verdict, 'invalid');
  await close(page);
});

test('two on a page are two verifiers, each with its language, and a hardware scanner serves the one in use', async () => {
  const page = await open(`${ELEMENT}<licence-verifier id="b" lang="en" theme="dark" scene="${SCENE}"></licence-verifier>`);
  await heard(page, 'ready', 2);
  const code = await shown.next();
  assert.equal((await verify(page, code, 'a'))[0].code, 'OK');
  assert.equal((await verify(page, code, 'b'))[0].code, 'OK', 'what one accepted the other has not seen');
  assert.match(await page.locator('#b .verdict-title').textContent(), /The licence is valid/);
  assert.deepEqual(await axe(page), []);
  await page.locator('#b #next').click();
  await page.locator('#note').focus();
  await page.keyboard.type(await shown.next(), { delay: 1 });
  await page.keyboard.press('Enter');
  await heard(page, 'result', 3);
  assert.deepEqual(await page.evaluate(() => globalThis.told.at(-1).id), 'b');
  await page.evaluate(() => document.getElementById('b').remove());
  await page.keyboard.type(await shown.next(), { delay: 1 });
  await page.keyboard.press('Enter');
  await heard(page, 'result', 4);
  assert.deepEqual(await page.evaluate(() => globalThis.told.at(-1).id), 'a');
  await close(page);
});

test('with rp only the answer to the question shown is accepted', async () => {
  const wallet = await newPage(browser);
  await logIn(wallet, server, 'lin');
  const card = await cardFor(wallet, SCENE);
  await showCard(wallet, server, 'lin', { licence: card.id, scene: SCENE, keep: true });
  await wallet.waitForFunction(() => document.querySelector('#kept')?.textContent.includes('已存到本机'));

  const page = await open(`<licence-verifier id="a" rp="${HOTEL}" scene="${SCENE}" unit="某某酒店"></licence-verifier>`, { policy: strict() });
  const image = PNG.sync.read(await page.locator('licence-verifier .qr').screenshot());
  const question = jsQR(new Uint8ClampedArray(image.data), image.width, image.height).data;
  assert.match(question, /^EC1:/);
  assert.deepEqual(await axe(page), []);
  assert.equal((await verify(page, await shown.next()))[0].code, 'E_NONCE');

  const answerTo = async (asked) => {
    await wallet.goto('about:blank');
    await wallet.goto(`${server.url}/wallet#answer`);
    await wallet.fill('#challenge', asked);
    await wallet.click('button[type=submit]');
    await wallet.waitForSelector('#consent');
    await wallet.fill('#pin', server.demo.accounts.find(({ login }) => login === 'lin').pin);
    await wallet.click('button[type=submit]');
    return readScreen(wallet);
  };
  const answer = await answerTo(question);
  const [verdict] = await verify(page, answer);
  assert.deepEqual([verdict.code, verdict.profile], ['OK', 'H+nonce']);
  // The next person gets another question, and the old answer does not fit it.
  await page.locator('licence-verifier #next').click();
  await page.locator('licence-verifier .qr').waitFor();
  assert.equal((await verify(page, answer))[0].code, 'E_NONCE');
  await close(page);
  await wallet.context().close();
});

test('whatever stands in a licence stays text: 500 payloads in every place of a verdict', async () => {
  const page = await open(ELEMENT, { policy: strict() });
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

// Last, since it kills the server.
test('after the first visit it verifies with the server dead and the network cut, also when the page is opened anew', async () => {
  const page = await open(ELEMENT, { policy: strict() });
  const frame = await open(`<licence-verifier id="a" mode="iframe" scene="${SCENE}"></licence-verifier>`);
  const codes = [await shown.next(), await shown.next(), await shown.next()];
  await server.stop();
  await page.context().setOffline(true);
  assert.equal((await verify(page, codes[0]))[0].code, 'OK');
  assert.equal((await verify(frame, codes[0]))[0].code, 'OK');
  // Its own site is there again, the licence server is not.
  await page.context().setOffline(false);
  await page.reload();
  await heard(page, 'ready');
  assert.match(await page.locator('licence-verifier .notice').textContent(), /没有网络/);
  assert.equal((await verify(page, codes[1]))[0].code, 'OK');
  assert.deepEqual(await axe(page), []);
  await close(page);
  await close(frame);
});
