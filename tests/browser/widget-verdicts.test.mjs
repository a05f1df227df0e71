/**
 * Every kind of verdict as the element draws it, for the vectors' codes and lists, and the JSON it tells with each.
 *
 * With LZ_TEST_PICTURES=folder a picture of each colour is left there, to be looked at.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, modules, root } from './harness.mjs';
import { heard, startSite, told } from './host.mjs';

/**
 * wasm-verifier/README.md, "What a verdict looks like": which colour each verdict has; a code not named is red, a caution
 * about the licence amber.
 */
const COLOURS = {
  valid: '6, 118, 71',
  invalid: '180, 35, 24',
  suspended: '122, 46, 14',
  conditional: '253, 176, 34',
  unknown: '71, 84, 103',
  info: '23, 92, 211',
  neutral: '255, 255, 255',
};
const TONES = {
  OK: 'valid',
  E_STATUS_SUSPENDED: 'suspended',
  E_TOKEN_EARLY: 'info',
  E_TOKEN_EXPIRED: 'info',
  E_GRANT_EXPIRED: 'info',
  E_PROOF_TIME: 'info',
  E_AUDIENCE: 'info',
  E_SCENE: 'info',
  E_NONCE: 'info',
  E_PROOF_MISSING: 'info',
};
const NO_CODE = new Set(['E_SIZE', 'E_FORMAT', 'E_QR', 'E_SEGMENTS', 'E_B64', 'E_UTF8']);
const ABOUT_LICENCE = new Set(['C_NOTICE', 'C_REPORTED_LOST', 'C_INSPECTION_OVERDUE']);

/** Signed but not to be shown: beside a wrong proof it is somebody else's licence. */
const WITHHELD = ['E_PROOF_SIG', 'E_PROOF_HASH', 'E_SIG'];

/** Verdicts on the licence itself: with these its holder is shown. */
const OWN_FAULT = new Set([
  'OK',
  'E_LICENCE_EXPIRED',
  'E_LICENCE_NOT_YET',
  'E_STATUS_INVALID',
  'E_STATUS_SUPERSEDED',
  'E_STATUS_SUSPENDED',
]);

const { worlds, cases } = JSON.parse(readFileSync(join(root, 'tests/vectors/verdicts.json'), 'utf8'));
const { roots, steps } = worlds.main;
const NOW = 1_800_000_000;
let site;
let page;
let oracle;
let trustUrl;

before(async () => {
  site = await startSite();
  const object = (name) => steps.filter((step) => step.object === name && !step.error);
  const [trustList] = object('trust_list');
  const [catalogue] = object('catalogue');
  const lists = object('status_list').filter(({ text }) => uriOf(text).startsWith('https://lz.example/'));
  const type = 'text/plain';
  const put = (path, html) => site.host.add(path, { html, type });
  trustUrl = new URL(put('/.well-known/trust-list', trustList.text)).origin;
  put('/.well-known/catalogue', catalogue.text);
  put('/status-lists', JSON.stringify({ status_lists: lists.map(({ text }) => uriOf(text)) }));
  for (const { text } of lists) put(new URL(uriOf(text)).pathname, text);

  const { Verifier } = await import(join(modules, 'node/verifier.js'));
  oracle = new Verifier({ roots });
  oracle.loadTrustList(trustList.text, NOW);
  oracle.loadCatalogue(catalogue.text, NOW);
  for (const { text } of lists) oracle.loadStatusList(text, NOW);

  page = await site.open('', { ready: false });
  await page.clock.setFixedTime(NOW * 1000);
  await page.evaluate(
    ([url, pinned]) => {
      const element = document.createElement('licence-verifier');
      element.id = 'a';
      element.setAttribute('trust-url', url);
      element.setAttribute('autohide', 'off');
      element.roots = pinned;
      document.querySelector('main').append(element);
    },
    [trustUrl, roots],
  );
  await heard(page, 'ready');
});

after(() => site?.stop());

const uriOf = (text) => JSON.parse(Buffer.from(text.split('.')[1], 'base64url')).sub;

/** One case for each code and each set of cautions that the world `main` has, without those that need a second look. */
function chosen() {
  const seen = new Set();
  return cases.filter(({ world, twice, challenge, expect: { code, cautions } }) => {
    const kind = [code, ...cautions.map((caution) => caution.code)].join();
    if (world !== 'main' || twice || challenge || seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

function toneOf({ verdict, code, cautions }, input) {
  if (verdict === 'undetermined') return 'unknown';
  if (verdict === 'valid' && cautions.some((caution) => ABOUT_LICENCE.has(caution.code))) return 'conditional';
  if (NO_CODE.has(code) && (code === 'E_FORMAT' || !input.includes('EL1:'))) return 'neutral';
  return TONES[code] ?? 'invalid';
}

test('each verdict has its colour, sign and words, all eleven checks, and is told as the module gives it', async (t) => {
  const kinds = chosen();
  assert.ok(kinds.length >= 30, `${kinds.length} kinds`);
  const seen = new Map();
  let [scenesSeen, noticesSeen] = [0, 0];
  for (const { name, input, now, audience = null, scene = null } of kinds) {
    await page.clock.setFixedTime(now * 1000);
    const [verdict] = await page.evaluate(
      ([text, attributes]) => {
        const element = document.getElementById('a');
        for (const [key, value] of Object.entries(attributes)) {
          if (value === null) element.removeAttribute(key);
          else element.setAttribute(key, value);
        }
        return element.verify(text);
      },
      [input, { audience, scene }],
    );
    assert.deepEqual(verdict, oracle.verify(input, { now, audience, scene, remember: true }), name);
    assert.deepEqual((await told(page, 'result')).at(-1), verdict, name);
    const card = await page.evaluate(() => {
      const node = document.getElementById('a').shadowRoot.querySelector('.verdict');
      return {
        tone: node.dataset.tone,
        colour: getComputedStyle(node.querySelector('.verdict-head')).backgroundColor,
        sign: node.querySelector('.sign-mark').getAttribute('d'),
        role: node.querySelector('.verdict-head').getAttribute('role'),
        title: node.querySelector('h2').textContent,
        checks: node.querySelectorAll('[data-check]').length,
        licence: node.querySelector('.licence') !== null,
        text: node.textContent,
        scenes: [...node.querySelectorAll('.scenes dd')].map(({ textContent }) => textContent),
        cautions: [...node.querySelectorAll('.cautions li')].map(({ dataset }) => dataset.code),
        notices: node.querySelector('[data-check=notices]').textContent,
      };
    });
    const tone = toneOf(verdict, input);
    assert.deepEqual([card.tone, card.colour, card.checks], [tone, `rgb(${COLOURS[tone]})`, 11], `${name}: ${verdict.code}`);
    assert.ok(card.title && card.sign, name);
    assert.equal(card.role, ['invalid', 'suspended'].includes(tone) ? 'alert' : 'status', name);
    if (verdict.licence === null || WITHHELD.includes(verdict.code)) assert.equal(card.licence, false, name);
    if (tone === 'valid') assert.equal(verdict.verdict, 'valid', name);
    if (verdict.licence && (verdict.code in TONES || OWN_FAULT.has(verdict.code) || tone === 'unknown')) {
      const { kind, unit, identifier, fields } = verdict.licence;
      for (const { code, names } of [kind, unit]) assert.ok(card.text.includes(names?.['zh-CN'] ?? code), name);
      const ofPerson = [identifier, ...fields.map(({ value }) => value)];
      assert.deepEqual(ofPerson.filter((text) => card.text.includes(text)), OWN_FAULT.has(verdict.code) ? ofPerson : [], name);
    }
    // Made for, and beside it: here.
    const { scene: own } = verdict;
    const both = own?.asked && card.licence ? [own, own.asked] : [];
    assert.deepEqual(card.scenes, both.map(({ code, names }) => names?.['zh-CN'] ?? code), name);
    if (both.length > 0) scenesSeen += 1;
    assert.deepEqual(card.cautions, verdict.cautions.map(({ code }) => code), name);
    const { result, detail } = verdict.checks.find((check) => check.name === 'notices');
    if (result === 'pass' && detail) {
      noticesSeen += 1;
      assert.ok(card.notices.includes(detail['zh-CN']) && !card.notices.includes('✓'), name);
    }
    if (!seen.has(tone)) {
      seen.set(tone, card.sign);
      assert.deepEqual(await axe(page), [], name);
      const folder = process.env.LZ_TEST_PICTURES;
      if (folder) await page.screenshot({ path: join(folder, `${tone}.png`), fullPage: true });
    }
  }
  assert.deepEqual([...seen.keys()].sort(), Object.keys(COLOURS).sort());
  assert.ok(scenesSeen > 0 && noticesSeen > 0);
  assert.equal(new Set(seen.values()).size >= 6, true, 'signs differ where colours do');
  t.diagnostic(`${kinds.length} kinds of verdict`);
  assert.deepEqual(page.faults, []);
});
