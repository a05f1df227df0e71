/**
 * Every screen of the office in every state: loading, failed and tried again, filled, and lists with nothing in them; in both
 * languages, on a desk and at 320 px. Screens are reached by keyboard, and so is every control on them. All of that is
 * `cargo xtask soak walk`; `npm test` looks at what is filled and empty, in English at 320 px, where most goes wrong.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { act, caller, done, root, serverAndBrowser } from './harness.mjs';
import { atWork, goTo, HOLDER, inOrder } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const FOOD = '11990000MB00010033001';
/** Kinds that the unit of `maker.samr` issues. */
const KINDS = ['11100000MB0143028R001', FOOD];
const API = '**/api/v1/**';

/** Ids of what the walk comes to. */
const made = {};

/**
 * Every address of the office by who walks there: the pattern of `page.js`, the address, and from which screen a link leads
 * to it. Sections have a key.
 *
 * @type {Record<string, [pattern: string, address: () => string, from?: () => string][]>}
 */
const WALKS = {
  'maker.samr': [
    ['home', () => 'home'],
    ['tasks', () => 'tasks'],
    ['cases', () => 'cases'],
    ['cases/new', () => 'cases/new', () => 'cases'],
    ['cases/*', () => `cases/${made.case}`, () => 'cases'],
    ['cases/*/look-up', () => `cases/${made.case}/look-up`, () => `cases/${made.case}`],
    ['licences', () => 'licences'],
    ['licences/*', () => `licences/${made.draft}`, () => 'licences'],
    ['prints/*', () => `prints/${made.licence}`, () => `licences/${made.licence}`],
    ['draft/*', () => `draft/${made.draft}`, () => `licences/${made.draft}`],
    ['draft/of/*/*', () => `draft/of/${made.licence}/renew`, () => `licences/${made.licence}`],
    ['draft/new', () => 'draft/new', () => 'licences'],
    ['draft/new/*', () => `draft/new/${FOOD}`],
    ['imports', () => 'imports'],
    ['imports/*', () => `imports/${made.import}`, () => 'imports'],
    ['duplicates', () => 'duplicates'],
    ['agencies', () => 'agencies'],
    ['agencies/new', () => 'agencies/new', () => 'agencies'],
    ['requests', () => 'requests'],
    ['requests/*', () => `requests/${made.request}`, () => 'requests'],
    ['reconciliations', () => 'reconciliations'],
    ['reconciliations/*', () => `reconciliations/${made.reconciliation}`, () => 'reconciliations'],
    ['proposals', () => 'proposals'],
    ['calendar', () => 'calendar'],
    ['calendar/*', () => `calendar/${made.year}`, () => 'calendar'],
    ['keys', () => 'keys'],
    ...['matters', 'kinds', 'scenes', 'inspection-matters', 'using-lists'].flatMap((sort) => [
      [sort, () => sort],
      [`${sort}/*`, () => `${sort}/${encodeURIComponent(made[sort])}`, () => sort],
    ]),
    ...['matters', 'kinds', 'scenes', 'inspection-matters'].map((sort) => [`${sort}/new`, () => `${sort}/new`, () => sort]),
    ['matters/*/edit', () => `matters/${made.own}/edit`, () => `matters/${made.own}`],
    ['inspection-matters/*/edit', () => 'inspection-matters/food.daily/edit', () => 'inspection-matters/food.daily'],
    ['kinds/*/edit', () => `kinds/${FOOD}/edit`, () => `kinds/${FOOD}`],
  ],
  'checker.samr': [['review', () => 'review']],
  manager: [
    ['counts', () => 'counts'],
    ['units', () => 'units'],
    ['units/new', () => 'units/new', () => 'units'],
    ['units/*', () => `units/${made.unit}`, () => 'units'],
    ['units/*/edit', () => `units/${made.unit}/edit`, () => `units/${made.unit}`],
    ['units/*/succeed', () => `units/${made.unit}/succeed`, () => `units/${made.unit}`],
    ['units/*/accounts/new', () => `units/${made.unit}/accounts/new`, () => `units/${made.unit}`],
    ['accounts/*', () => `accounts/${made.account}`, () => `units/${made.unit}`],
    ['outbox', () => 'outbox'],
  ],
  'handler.civ': [
    ['cases/*/ask', () => `cases/${made.using}/ask`, () => `cases/${made.using}`],
    ['cases/*/requests/*', () => `cases/${made.using}/requests/${made.asked}`],
    ['cases/*/requests/*/screen', () => `cases/${made.using}/requests/${made.asked}/screen`],
    ['duties', () => 'duties'],
    ['duties/new', () => 'duties/new', () => 'duties'],
    ['duties/*', () => `duties/${made.duty}`, () => 'duties'],
    ['uses', () => 'uses'],
    ['uses/*', () => 'uses/11990100MB00000435'],
  ],
  auditor: [['accounts/*/*', () => `accounts/${made.account}/年度审计`]],
  'admin.civ': [
    ['analyses', () => 'analyses'],
    ['analyses/new', () => 'analyses/new', () => 'analyses'],
    ['analyses/*', () => `analyses/${made.analysis}`, () => 'analyses'],
    ['scenes/*/edit', () => `scenes/${made.civil}/edit`],
    ['using-lists/new', () => 'using-lists/new'],
    ['recoveries', () => 'recoveries'],
    ['recoveries/new', () => 'recoveries/new'],
    ['recoveries/new/*', () => 'recoveries/new/zhao'],
    ['using-lists/*/edit', () => 'using-lists/11990100MB00000435/edit'],
  ],
};

/** Lists that a server without anything in it answers. */
const LISTS = ['home', 'tasks', 'cases', 'licences', 'review', 'draft/new', 'imports', 'duplicates', 'agencies', 'requests', 'reconciliations', 'proposals', 'duties', 'analyses', 'uses', 'counts', 'outbox', 'recoveries', 'units', 'matters', 'kinds', 'scenes', 'inspection-matters', 'using-lists'];

before(async () => {
  const maker = await caller(server, 'maker.samr');
  const manager = await caller(server, 'manager');
  const active = server.demo.licences.filter(({ kind, status }) => KINDS.includes(kind) && status === 'ACTIVE');
  const one = await maker('GET', `/licences/${active[0].id}`);
  made.licence = one.id;
  const draft = (no, more) =>
    maker('POST', '/licences', { kind: FOOD, holder: HOLDER, face: { n: HOLDER.name, c: HOLDER.id_number, no }, valid_from: '20261122', ...more });
  made.draft = (await draft('JY29901020000441')).id;
  // Two drafts of one number: a suspect.
  await draft('JY29901020000441');
  const waits = await draft('JY29901020000442');
  await maker('POST', `/licences/${waits.id}/acts`, { act: 'submit' }, { 'If-Match': `"${waits.version}"` });
  made.case = (await maker('POST', '/cases', { type: 'issuing', matter: 'samr.food', holder: HOLDER, mode: 'online' })).id;
  const file = new FormData();
  file.append('kind', FOOD);
  file.append('type', 'licences');
  file.append('mode', 'bulk');
  file.append('file', new File(['持证主体名称,持证主体类型,持证主体证件号码,许可证编号,有效期起\n云溪市老桥面馆,legal,92990100MA000012XA,JY1,20261122\n'], '表.csv', { type: 'text/csv' }));
  made.import = (await maker('POST', '/imports', file)).id;
  made.reconciliation = (await maker('POST', '/reconciliations', { kind: FOOD, rows: [] })).id;
  const owner = await caller(server, active[0].holder);
  made.request = (await owner('POST', `/wallet/licences/${one.id}/requests`, { act: 'cancel', reason: '不再经营' })).id;
  await act(server, 'checker.samr', active[1].id, 'revoke');
  made.own = (await maker('POST', '/matters', { code: 'samr.walk', names: { 'zh-CN': '走查事项', en: 'Walk' }, unit: one.unit, type: 'issuing', system: null })).code;
  for (const sort of ['matters', 'kinds', 'scenes', 'inspection-matters', 'using-lists']) {
    const { items } = await maker('GET', `/${sort}?limit=200`);
    const own = items.find(({ unit, state }) => unit === one.unit && state === 'published') ?? items[0];
    made[sort] = own.code ?? own.unit;
  }
  // A scene of the unit that alone writes it.
  const { items: scenes } = await maker('GET', '/scenes?limit=200');
  made.civil = scenes.find(({ unit }) => unit === '11990100MB00000435').code;
  made.unit = one.unit;
  const handler = await caller(server, 'handler.civ');
  made.duty = (await handler('POST', '/duty-applications', { kind: '11990000MB00010701001', purpose: 'subsidy', need: '核对家庭成员' })).id;
  const admin = await caller(server, 'admin.civ');
  made.analysis = (await admin('POST', '/analyses', { kinds: [FOOD], group_by: ['year', 'status'], purpose: '测算补贴' })).id;
  await manager('POST', `/analyses/${made.analysis}/acts`, { act: 'approve' });
  await (await caller(server, 'checker.samr'))('POST', `/analyses/${made.analysis}/acts`, { act: 'approve' });
  const { name, type, code } = JSON.parse(readFileSync(join(root, 'assets/demo/people.json'), 'utf8')).holders.find(({ login }) => login === 'lin');
  made.using = (await handler('POST', '/cases', { type: 'using', matter: 'civil.subsidy', holder: { type: 'natural', name, id_type: type, id_number: code } })).id;
  made.asked = (await handler('POST', `/cases/${made.using}/requests`, { kinds: ['11100000000013127D001'], purpose: 'subsidy' })).id;
  made.account = (await manager('GET', `/units/${one.unit}/accounts`)).items[0].id;
  made.year = new Date().getFullYear() + 1;
});

test('the walk comes to every address of the office', () => {
  const page = readFileSync(join(root, 'assets/web/office/page.js'), 'utf8');
  const table = page.slice(page.indexOf('const ROUTES'), page.indexOf('\n];'));
  const patterns = [...table.matchAll(/^ {2}\['([^']+)',/gm)].map(([, pattern]) => pattern);
  const sorts = ['matters', 'kinds', 'scenes', 'inspection-matters', 'using-lists'];
  const all = [...patterns, ...sorts.flatMap((sort) => [sort, `${sort}/new`, `${sort}/*`, `${sort}/*/edit`])];
  const walked = Object.values(WALKS).flat().map(([pattern]) => pattern);
  assert.deepEqual(all.filter((pattern) => !walked.includes(pattern)), []);
});

/** Waits until the screen stands: its heading has the focus, and it loads no more. */
const stands = (page) => page.waitForFunction(() => document.activeElement?.tagName === 'H1' && !document.querySelector('#loading'));

/** Goes to a screen by its key, or by the links that lead to it. */
async function walkTo(page, address, from) {
  const keys = { home: 'h', tasks: 't', cases: 'c', licences: 'l', review: 'r', imports: 'b', duplicates: 'e', agencies: 'a', requests: 'q', outbox: 'o', duties: 'z', analyses: 'f', uses: 'x', reconciliations: 'v', counts: 'n', matters: 'm', kinds: 'k', scenes: 's', 'inspection-matters': 'i', 'using-lists': 'w', proposals: 'p', calendar: 'd', units: 'u', keys: 'y' };
  if (keys[address]) {
    const at = () => page.evaluate(() => location.hash);
    const before = await at();
    // On a busy machine the second key may come too late to belong to the first.
    for (let left = 3; left > 0 && (await at()) === before; left -= 1) {
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press('g');
      await page.keyboard.press(keys[address]);
      if (before.slice(1) === address) break;
    }
  } else if (from) {
    await walkTo(page, from, parentOf(from));
    await page.evaluate(() => document.querySelector('h1').focus());
    const there = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    let pressed = 0;
    for (; pressed < 400 && (await there()) !== `#${address}`; pressed += 1) await page.keyboard.press('Tab');
    assert.equal(await there(), `#${address}`, `no link of ${from} leads there`);
    await page.keyboard.press('Enter');
  } else {
    await page.evaluate((hash) => {
      document.activeElement?.blur();
      location.hash = hash;
    }, address);
  }
  await page.waitForFunction((hash) => decodeURIComponent(location.hash) === decodeURIComponent(`#${hash}`), address);
  await stands(page);
}

/** From which screen a link leads there; an entry's or licence's list, if the walk does not say. */
const parentOf = (address) => Object.values(WALKS).flat().find(([, one]) => one() === address)?.[2]?.() ?? address.split('/')[0];

/** Every control that is seen is come to by Tab, and shows that it has the focus. */
async function reachable(page, where) {
  await page.evaluate(() => {
    const seen = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
    globalThis.toReach = new Set(seen.filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.matches(':disabled, [tabindex="-1"]')));
    globalThis.unmarked = [];
    document.querySelector('h1').focus();
    globalThis.reached ??= document.addEventListener('focusin', ({ target }) => {
      if (!toReach.delete(target)) return;
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      if (outlineStyle === 'none' || outlineWidth === '0px') unmarked.push(target.outerHTML.slice(0, 120));
    }) ?? true;
  });
  const missing = () => page.evaluate(() => toReach.size);
  const most = 4 * (await missing()) + 20;
  // Asked for each key, it would take twice as long.
  for (let pressed = 0; pressed < most && (await missing()) > 0; pressed += 10) {
    for (let key = 0; key < 10; key += 1) await page.keyboard.press('Tab');
  }
  const { left, unmarked } = await page.evaluate(() => ({ left: [...toReach].map((node) => node.outerHTML.slice(0, 120)), unmarked }));
  assert.deepEqual(left, [], `${where}: not reached by Tab`);
  assert.deepEqual(unmarked, [], `${where}: no sign of the focus`);
}

/** Loading, then failed; tried again by keyboard it stands. */
async function inEveryState(page, address, where) {
  await goTo(page, 'no/where', '#view a[href="#home"]');
  /** @type {(() => void)[]} */
  const held = [];
  let failing = false;
  await page.route(API, (route) => (failing ? route.abort() : void held.push(() => route.abort())));
  await page.evaluate((hash) => {
    document.activeElement?.blur();
    location.hash = hash;
  }, address);
  await page.waitForSelector('#loading');
  await inOrder(page, `${where}, loading`);
  failing = true;
  held.forEach((abort) => abort());
  await page.waitForSelector('#problem:not([hidden])');
  await inOrder(page, `${where}, failed`);
  await page.unroute(API);
  await page.keyboard.press('Tab');
  while (!(await page.evaluate(() => document.activeElement.matches('#view button')))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#problem:not([hidden])', { state: 'detached' });
  await stands(page);
}

/** Every list that the server gives has nothing in it. */
const emptied = (page) =>
  page.route(API, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json().catch(() => null);
    if (!Array.isArray(body?.items)) return route.fulfill({ response: answer });
    await route.fulfill({ response: answer, json: { ...body, items: [], next: null, ...(body.counts ? { counts: [] } : {}) } });
  });

const WHOLE = process.env.LZ_TEST_WALK === 'whole';

for (const [lang, width] of WHOLE ? [['zh-CN', 1280], ['en', 320]] : [['en', 320]]) {
  for (const [login, walk] of Object.entries(WALKS)) {
    test(`${login} walks the office by keyboard: no screen has a fault${WHOLE ? ' in any state' : ', filled or empty'} (${lang}, ${width} px)`, async () => {
      const page = await atWork(browser, server, login, { serviceWorkers: 'block', lang, viewport: { width, height: 900 } });
      await stands(page);
      for (const [pattern, address, from] of walk) {
        const where = `${pattern} as ${login}, ${lang}`;
        await walkTo(page, address(), from?.());
        assert.equal(await page.locator('#problem:not([hidden])').count(), 0, `${where}: ${await page.textContent('#view')}`);
        await inOrder(page, where);
        await reachable(page, where);
        if (WHOLE) await inEveryState(page, address(), where);
        if (!LISTS.includes(pattern)) continue;
        await emptied(page);
        await goTo(page, 'no/where', '#view a[href="#home"]');
        await page.evaluate((hash) => {
          document.activeElement?.blur();
          location.hash = hash;
        }, address());
        await stands(page);
        await inOrder(page, `${where}, empty`);
        await page.unroute(API);
      }
      await done(page);
    });
  }
}
