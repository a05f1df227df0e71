/**
 * Texts that would be scripts if a page took them for markup: five hundred of them, in every text that a person or a unit
 * can type. None runs, none becomes an element, and each is read again as it was typed.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { caller, done, logIn, newPage, now, serverAndBrowser, showCard, readScreen, judgeText } from './harness.mjs';
import { atWork, goTo, HOLDER } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const UNIT = '11990100MB0000019L';
const KIND = '11990100MB0000019L902';
const FIELDS = 20;

/** What each way out of a text ends before the markup begins. */
const ENDS = ['', '">', "'>", '`>', '-->', '</script>', '</title></textarea>', '</style></svg>', ']]>', '\\x3c/b\\x3e&gt;'];

/** Markup that runs `ran(N)`: elements, handlers, addresses, style, templates, entities, encodings. */
const MARKUP = [
  (n) => `<script>ran(${n})</script>`,
  (n) => `<ScRiPt>ran(${n})</sCrIpT>`,
  (n) => `<script/src=data:,ran(${n})></script>`,
  (n) => `<img src=x onerror=ran(${n})>`,
  (n) => `<img/src="x"/onerror="ran(${n})">`,
  (n) => `<IMG SRC=x OnErRoR=ran(${n})>`,
  (n) => `<img src=x:x onerror=&#114;an(${n})>`,
  (n) => `<img srcset="x 1x" onerror=ran(${n})>`,
  (n) => `<svg onload=ran(${n})>`,
  (n) => `<svg/onload=ran(${n})//`,
  (n) => `<svg><script>ran(${n})</script></svg>`,
  (n) => `<svg><a xlink:href="javascript:ran(${n})"><text y=9>x</text></a></svg>`,
  (n) => `<svg><animate onbegin=ran(${n}) attributeName=x dur=1s>`,
  (n) => `<svg><use href="data:image/svg+xml,<svg id=x onload=ran(${n})>#x"/></svg>`,
  (n) => `<math><mi xlink:href="javascript:ran(${n})">x</mi></math>`,
  (n) => `<body onload=ran(${n})>`,
  (n) => `<body onpageshow=ran(${n})>`,
  (n) => `<iframe src="javascript:ran(${n})"></iframe>`,
  (n) => `<iframe srcdoc="<script>parent.ran(${n})</script>"></iframe>`,
  (n) => `<object data="javascript:ran(${n})"></object>`,
  (n) => `<embed src="javascript:ran(${n})">`,
  (n) => `<input autofocus onfocus=ran(${n})>`,
  (n) => `<select autofocus onfocus=ran(${n})>`,
  (n) => `<textarea autofocus onfocus=ran(${n})>`,
  (n) => `<details open ontoggle=ran(${n})>`,
  (n) => `<video src=x onerror=ran(${n})></video>`,
  (n) => `<video><source onerror=ran(${n})></video>`,
  (n) => `<audio src=x onerror=ran(${n})>`,
  (n) => `<marquee onstart=ran(${n})>x</marquee>`,
  (n) => `<a href="javascript:ran(${n})">x</a>`,
  (n) => `<a href="jAvAsCrIpT&colon;ran(${n})">x</a>`,
  (n) => `<a href="data:text/html,<script>ran(${n})</script>">x</a>`,
  (n) => `<form action="javascript:ran(${n})"><button>x</button></form>`,
  (n) => `<button formaction="javascript:ran(${n})">x</button>`,
  (n) => `<base href="javascript:ran(${n})//">`,
  (n) => `<meta http-equiv=refresh content="0;url=javascript:ran(${n})">`,
  (n) => `<link rel=stylesheet href="data:text/css,*{background:url(/ran?${n})}">`,
  (n) => `<style>@import "/ran?${n}";</style>`,
  (n) => `<div style="background:url(/ran?${n})">x</div>`,
  (n) => `<div style="animation:x" onanimationstart=ran(${n})>x</div>`,
  (n) => `<template><img src=x onerror=ran(${n})></template>`,
  (n) => `<noscript><p title="</noscript><img src=x onerror=ran(${n})>">`,
  (n) => `<x onclick=ran(${n}) tabindex=1 id=x>x</x>`,
  (n) => `&lt;img src=x onerror=ran(${n})&gt;`,
  (n) => `%3Cimg%20src=x%20onerror=ran(${n})%3E`,
  (n) => `{{constructor.constructor("ran(${n})")()}}`,
  (n) => "${ran(" + n + ')}',
  (n) => `<%= ran(${n}) %>`,
  (n) => `javascript:ran(${n})`,
  (n) => `" onmouseover="ran(${n})" x="`,
];

const PAYLOADS = ENDS.flatMap((end, at) => MARKUP.map((markup, place) => end + markup(at * MARKUP.length + place)));

/** Those that were typed somewhere. */
const handed = new Set();
let again = 0;
/** One of at most `most` characters that was not typed yet, or if there is none, one that was. */
function next(most = 100) {
  const fits = PAYLOADS.filter((text) => text.length <= most);
  const text = fits.find((one) => !handed.has(one)) ?? fits[(again += 1) % fits.length];
  handed.add(text);
  return text;
}
/** A name in both languages. */
const names = (most) => ({ 'zh-CN': next(most), en: next(most) });

/** A page on which a script that runs, and what it would fetch, is noticed. */
async function watched(page) {
  page.ran = [];
  page.on('request', (request) => {
    if (/[/]ran\b|[/]x(:x)?$/.test(new URL(request.url()).pathname)) page.ran.push(request.url());
  });
  page.on('dialog', (dialog) => {
    page.ran.push(dialog.message());
    dialog.dismiss();
  });
  await page.exposeFunction('ran', (n) => page.ran.push(n));
}

/** Waits until all of `texts` are read on the page, or stand in its fields; then nothing has run and nothing was made. */
async function readAgain(page, where, texts) {
  const missing = await page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const started = performance.now();
        const look = () => {
          const values = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
          const options = [...document.querySelectorAll('option')].map((option) => option.label);
          const shown = [document.body.textContent, ...values, ...options];
          const left = wanted.filter((text) => !shown.some((one) => one.includes(text)));
          if (left.length === 0 || performance.now() - started > 20_000) resolve(left);
          else setTimeout(look, 50);
        };
        look();
      }),
    texts,
  );
  assert.deepEqual(missing, [], `${where}: texts that cannot be read as they were typed`);
  const made = await page.evaluate(() => {
    const handlers = [...document.querySelectorAll('*')].filter((node) => [...node.attributes].some(({ name, value }) => /^on/i.test(name) || (name !== 'value' && /^\s*javascript:/i.test(value))));
    const foreign = [...document.querySelectorAll('script:not([src]), iframe, object, embed, base, marquee, math, noscript p, body meta, body style, body link')];
    return [...handlers, ...foreign].map((node) => node.outerHTML.slice(0, 120));
  });
  assert.deepEqual(made, [], `${where}: elements made of a text`);
  assert.deepEqual(page.ran, [], `${where}: a script ran`);
}

test('no text that somebody types becomes markup, in the office, the wallet, and on the inspector\'s page', async () => {
  const logins = ['maker.samr', 'checker.samr', 'manager', 'laoqiao', 'handler.civ', 'inspector.samr', 'admin.samr'];
  const [maker, checker, manager, holder, handler, scanner, admin] = await Promise.all(logins.map((login) => caller(server, login)));
  /** Writes an entry of the catalogue, and has it published. */
  const entry = async (sort, body) => {
    await maker('POST', `/${sort}`, body);
    await maker('POST', `/${sort}/${body.code}/acts`, { act: 'submit' });
    await manager('POST', `/${sort}/${body.code}/acts`, { act: 'publish' });
  };

  // What has the least room goes first: not every payload is so short.
  const labels = Array.from({ length: FIELDS }, () => ({ 'zh-CN': next(40), en: next(40) }));
  const matter = { code: 'samr.payload', type: 'issuing', names: names(), unit: UNIT };
  await entry('matters', matter);
  // A code has room for the first two, which the scene shows.
  const fields = labels.map((text, at) => ({ key: `f${at}`, labels: text, type: 'text', max: at < 2 ? 40 : 200 }));
  const kind = { code: KIND, names: names(40), unit: UNIT, category: next(40), matter: matter.code, holder_types: ['legal'], units: [UNIT], face: { fields }, duplicate: ['f2'], validity: { kind: 'none' } };
  await entry('kinds', kind);
  const shown = ['f0', 'f1'];
  const scene = { code: 'samr.payload', names: names(40), unit: UNIT, audience: 'inspector', kinds: [{ code: KIND, fields: shown.map((key) => ({ key, mask: 'none' })) }], lifetime: 60, profiles: ['S', 'H'], medium: 'screen', max_status_age: 86_400, assurance: 'pin', purpose: next(40) };
  await entry('scenes', scene);
  const visit = { code: 'samr.visit', names: names(40), scene: scene.code, kinds: [KIND], ask: [next(60), next(60)], unit: UNIT };
  await entry('inspection-matters', visit);
  const unit = { id: '91990100MA0000277M', names: names(), regions: ['990100'], audiences: ['hotel'], contact: { office: next(60), person: next(50), phone: '099-11112222' } };
  await maker('POST', '/units/applications', unit);
  const person = { name: next(50), id_type: '111', id_number: '990101199001019909' };
  await admin('POST', `/units/${UNIT}/accounts`, { login: 'payload', person, roles: [{ role: 'inspector' }] });
  const year = { notice: next(200), off: [], work: [] };
  await manager('PUT', '/calendar/2031', year);
  const need = next();
  const { id: duty } = await handler('POST', '/duty-applications', { kind: '11990000MB00010701001', purpose: 'subsidy', need });
  const firm = { ...HOLDER, name: next(100) };
  const { id: opened } = await maker('POST', '/cases', { type: 'issuing', matter: 'samr.food', holder: firm, mode: 'online' });
  const file = new FormData();
  const filename = '<img src=x onerror=ran(500)>.csv';
  for (const [name, value] of Object.entries({ kind: KIND, type: 'licences', mode: 'bulk' })) file.append(name, value);
  file.append('file', new File([`持证主体名称,持证主体证件号码,有效期起\n"${next(80).replaceAll('"', '""')}",92990100MA000012XU,20261122\n`], filename, { type: 'text/csv' }));
  const { id: imported } = await maker('POST', '/imports', file);

  // All that are left, and from the first on, in the fields of licences.
  const licences = [];
  for (let count = 0; handed.size < PAYLOADS.length || count < 3; count += 1) {
    const face = Object.fromEntries(fields.map(({ key, max }) => [key, next(max)]));
    const draft = await maker('POST', '/licences', { kind: KIND, holder: HOLDER, face, valid_from: '20261122' });
    licences.push({ id: draft.id, face, version: draft.version });
  }
  assert.equal(handed.size, 500);
  const issued = licences.slice(-3);
  for (const licence of issued) {
    const { version } = await maker('POST', `/licences/${licence.id}/acts`, { act: 'submit' }, { 'If-Match': `"${licence.version}"` });
    await checker('POST', `/licences/${licence.id}/acts`, { act: 'approve' }, { 'If-Match': `"${version}"` });
  }
  const [live, asked, held] = issued;
  const wish = { act: 'cancel', reason: next() };
  const { id: request } = await holder('POST', `/wallet/licences/${asked.id}/requests`, wish);
  const why = { reason: next(), legal_basis: next() };
  await checker('POST', `/licences/${held.id}/acts`, { act: 'suspend', ...why });

  const { identifier } = await maker('GET', `/licences/${live.id}`);
  const scan = { id: randomBytes(16).toString('base64url'), at: now() - 5, code: 'OK', verdict: 'valid', licence: identifier, scene: 'inspect.food', doubt: next() };
  await scanner('POST', '/scans', { scans: [scan] });

  const office = await atWork(browser, server, 'maker.samr', blocked);
  await watched(office);
  const read = async (address, texts) => {
    await goTo(office, address, 'h1');
    await readAgain(office, address, texts);
  };
  const zh = ({ names: { 'zh-CN': text } }) => text;
  for (const [sort, one] of Object.entries({ matters: matter, kinds: kind, scenes: scene, 'inspection-matters': visit })) {
    await read(sort, [zh(one)]);
    await read(`${sort}/${one.code}`, Object.values(one.names));
  }
  await read(`kinds/${KIND}`, [kind.category, ...labels.map((text) => text['zh-CN'])]);
  await read(`kinds/${KIND}/edit`, [kind.category, ...labels.flatMap((text) => Object.values(text))]);
  await read('inspection-matters/samr.visit', visit.ask);
  await read('calendar/2031', [year.notice]);
  await read(`cases/${opened}`, [firm.name]);
  await read('imports', [filename]);
  await read(`imports/${imported}`, [filename]);
  for (const { id, face } of licences.slice(0, -3)) await read(`draft/${id}`, Object.values(face));
  for (const { id, face } of issued) await read(`licences/${id}`, Object.values(face));
  await read(`licences/${held.id}`, Object.values(why));
  await read(`requests/${request}`, [wish.reason]);
  await done(office);
  const second = await atWork(browser, server, 'checker.samr', blocked);
  await watched(second);
  await goTo(second, 'tasks', '#found');
  await readAgain(second, 'tasks', [scan.doubt]);
  await done(second);

  const board = await atWork(browser, server, 'manager', blocked);
  await watched(board);
  await goTo(board, `units/${unit.id}`, 'h1');
  await readAgain(board, 'a unit that applied', [...Object.values(unit.names), unit.contact.office, unit.contact.person]);
  await goTo(board, 'units', 'h1');
  await readAgain(board, 'units', [zh(unit)]);
  await goTo(board, `units/${UNIT}`, 'h1');
  await readAgain(board, 'accounts of a unit', [person.name]);
  await done(board);

  const desk = await atWork(browser, server, 'handler.civ', blocked);
  await watched(desk);
  await goTo(desk, `duties/${duty}`, 'h1');
  await readAgain(desk, 'a duty application', [need]);
  await done(desk);

  const wallet = await newPage(browser, blocked);
  await logIn(wallet, server, 'laoqiao');
  await watched(wallet);
  await readAgain(wallet, 'the wallet', [zh(kind)]);
  await wallet.goto(`${server.url}/wallet#card/${held.id}`);
  await readAgain(wallet, 'a suspended licence', [why.reason]);
  await wallet.goto(`${server.url}/wallet#card/${live.id}`);
  await readAgain(wallet, 'a licence in force', [zh(kind), zh(scene)]);
  await showCard(wallet, server, 'laoqiao', { licence: live.id, scene: scene.code });
  const code = await readScreen(wallet);
  await readAgain(wallet, 'a licence that is shown', [zh(kind), zh(scene)]);
  await done(wallet);

  const inspector = await newPage(browser, blocked);
  await inspector.goto(`${server.url}/verify`);
  await watched(inspector);
  await inspector.selectOption('#scene', scene.code);
  const verdict = await judgeText(inspector, code);
  assert.equal(await verdict.getAttribute('data-code'), 'OK');
  await readAgain(inspector, 'a verdict', [zh(kind), zh(scene), ...shown.map((key) => live.face[key]), ...labels.slice(0, 2).map((text) => text['zh-CN'])]);
  await judgeText(inspector, `EL1:${next()}`);
  await readAgain(inspector, 'a text that is no code', []);
  await done(inspector);
});
