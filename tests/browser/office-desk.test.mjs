/** The issuing desk in the office: what holders ask, lists beside what is here, the register in figures, a next version under review. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caller, done, hold, serverAndBrowser } from './harness.mjs';
import { atWork, choose, goTo, hasFocusOn, hashOf, HOLDER, inOrder, leap, press, tabTo, typeInto } from './office-hands.mjs';

const { server, browser } = await serverAndBrowser();
const blocked = { serviceWorkers: 'block' };
const FOOD = '11990000MB00010033001';
/** Kinds that the unit of `maker.samr` issues. */
const KINDS = ['11100000MB0143028R001', FOOD];

/** A licence in force of that unit that nobody has asked to cancel; its holder's login beside it. */
async function asked(n) {
  const own = server.demo.licences.filter(({ kind, status }) => KINDS.includes(kind) && status === 'ACTIVE');
  const { id, holder } = own[n];
  const call = await caller(server, holder);
  const request = await call('POST', `/wallet/licences/${id}/requests`, { act: 'cancel', reason: '店铺不再经营' });
  return { licence: id, request: request.id, holder };
}

/** A draft of a food licence; `no` is its number. */
const draftOf = (call, no, more = {}) =>
  call('POST', '/licences', { kind: FOOD, holder: HOLDER, face: { n: HOLDER.name, c: HOLDER.id_number, no, s: '热食类食品制售' }, valid_from: '20261122', ...more });

/** A food licence, issued by two persons. */
async function issued(no) {
  const [maker, checker] = await Promise.all([caller(server, 'maker.samr'), caller(server, 'checker.samr')]);
  const { id, version } = await draftOf(maker, no);
  const { version: next } = await maker('POST', `/licences/${id}/acts`, { act: 'submit' }, { 'If-Match': `"${version}"` });
  await checker('POST', `/licences/${id}/acts`, { act: 'approve' }, { 'If-Match': `"${next}"` });
  return maker('GET', `/licences/${id}`);
}

/** Tab to the first link that leads there. */
async function tabToLink(page, beginning) {
  for (let pressed = 0; pressed < 250; pressed += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.getAttribute('href') ?? '')).startsWith(beginning)) return;
  }
  throw new Error(`Tab never came to a link to ${beginning}`);
}

// Rows: R37.
test('by keyboard: what a holder asks is a task, is refused with a reason the holder reads, or proposed and then confirmed by another', async () => {
  const first = await asked(0);
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await leap(page, 't', '.table');
  await inOrder(page, 'tasks with a request');
  await tabToLink(page, '#requests/');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#asked');
  assert.match(await page.textContent('#asked'), /注销.*店铺不再经营/s);
  await inOrder(page, 'a request');
  await page.keyboard.press('r');
  await page.waitForSelector('dialog[open]');
  await hasFocusOn(page, '理由');
  await tabTo(page, '不予办理');
  await page.keyboard.press('Enter');
  await page.locator('dialog .fault:not([hidden])').waitFor();
  await inOrder(page, 'refusing without a reason');
  await page.keyboard.type('尚有未结清的质押');
  await press(page, '不予办理');
  await page.locator('#said').filter({ hasText: '不予办理' }).waitFor();
  assert.equal(await page.locator('#acts').count(), 0, 'answered once');
  assert.match(await page.textContent('#asked'), /尚有未结清的质押/);
  await inOrder(page, 'a refused request');
  const holder = await caller(server, first.holder);
  const { items } = await holder('GET', `/wallet/licences/${first.licence}/requests`);
  assert.equal(items[0].answer, '尚有未结清的质押');

  const second = await asked(1);
  await leap(page, 'q', '#found');
  await page.locator('.table tbody tr').first().waitFor();
  assert.equal(await page.locator('.table tbody tr').count(), 1, 'those that wait');
  await inOrder(page, 'requests');
  await press(page, '注销');
  await page.waitForSelector('#grant');
  await press(page, '提出注销');
  await page.waitForSelector('dialog[open]');
  await inOrder(page, 'proposing what was asked');
  await typeInto(page, '理由', '应持证人申请');
  await typeInto(page, '依据', '《食品经营许可和备案管理办法》第三十六条');
  const number = await page.locator('dialog .hint').filter({ hasText: /^[0-9A-Z.]+$/ }).textContent();
  await typeInto(page, '再输入一次证照标识以确认', number);
  await press(page, '提出注销');
  await page.waitForSelector('#waits');
  await inOrder(page, 'a request that waits for another person');
  await done(page);

  const checker = await atWork(browser, server, 'checker.samr', { ...blocked, lang: 'en', viewport: { width: 320, height: 800 } });
  await goTo(checker, 'proposals', '.proposal');
  await press(checker, 'Confirm');
  await checker.waitForSelector('dialog[open]');
  await press(checker, 'Confirm');
  await checker.waitForSelector('#said');
  await goTo(checker, `requests/${second.request}`, '#asked');
  assert.match(await checker.textContent('#state'), /Done/);
  await inOrder(checker, 'a request that was carried out, at 320 px');
  await goTo(checker, 'requests', '#found');
  await checker.getByText('No request fits.').waitFor();
  await inOrder(checker, 'no request');
  await choose(checker, 'State', '');
  await checker.locator('.table tbody tr').nth(1).waitFor();
  await inOrder(checker, 'all requests');
  await done(checker);
});

/** The check character of an identifier (ISO 7064, MOD 37,36): one that nobody has been given. */
function unknown(identifier) {
  const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const [kind, issuer, serial] = identifier.split('.').slice(-5);
  const other = `9${serial.slice(1)}`;
  let product = 36;
  for (const sign of `${kind}${issuer}${other}001`) {
    const sum = (product + signs.indexOf(sign)) % 36 || 36;
    product = (sum * 2) % 37;
  }
  return [kind, issuer, other, '001', signs[(37 - product) % 36]].join('.');
}

// Rows: R29.
test('by keyboard: a list is compared, each difference leads on, the whole is downloaded, and unreadable rows are told by line', async () => {
  const page = await atWork(browser, server, 'maker.samr', blocked);
  const call = await caller(server, 'maker.samr');
  const here = [await issued('JY29901020000331'), await issued('JY29901020000332')];
  const { items } = await call('GET', `/licences?kind=${FOOD}&limit=200`);
  const [extra, different] = here;
  const same = items.filter(({ id, identifier }) => identifier && id !== extra.id && id !== different.id);
  await leap(page, 'v', '#editor');
  await inOrder(page, 'comparisons, none yet');
  await press(page, '上传并比对');
  await page.waitForSelector('#faults:not([hidden])');
  await inOrder(page, 'nothing chosen');
  await choose(page, '证照类型', FOOD);
  const send = (lines) => page.getByLabel('文件', { exact: true }).setInputFiles({ name: '清单.csv', mimeType: 'text/csv', buffer: Buffer.from(['identifier,status,valid_to,digest', ...lines].join('\n')) });
  await send([`${different.identifier},,,`, 'nothing,,,', `${different.identifier},,,`]);
  await press(page, '上传并比对');
  await page.locator('#faults').filter({ hasText: '第 3 行' }).waitFor();
  assert.match(await page.textContent('#faults'), /第 4 行.*重复/s);
  await inOrder(page, 'rows that cannot be read');

  const missing = unknown(different.identifier);
  const rows = [`${different.identifier},REVOKED,,`, `${missing},ACTIVE,,`, ...same.map(({ identifier, status }) => `${identifier},${status},,`)];
  await send(rows);
  const { asked: sent, answer } = await hold(page, '**/api/v1/reconciliations?kind=*');
  await press(page, '上传并比对');
  await sent;
  await page.locator('#under-way').filter({ hasText: '正在上传并比对' }).waitFor();
  await inOrder(page, 'being compared');
  answer();
  await page.waitForSelector('#counts');
  assert.match(await page.textContent('#counts'), /本平台没有1.*清单没有1.*内容不同1/s);
  await inOrder(page, 'a comparison');
  assert.match(await page.textContent('#found'), /内容不同.*状态.*已吊销.*有效/s);
  for (const [found, identifier, href] of [['missing', missing, `#draft/new/${FOOD}`], ['extra', extra.identifier, `#licences/${extra.id}`], ['different', different.identifier, `#licences/${different.id}`]]) {
    await choose(page, '比对结果', found);
    // The row stands in the table of all differences, too, which stays until the answer comes.
    await page.waitForFunction(() => document.querySelectorAll('#found tbody tr').length === 1);
    await page.locator('#found tbody tr').filter({ hasText: identifier }).locator(`a[href="${href}"]`).waitFor();
  }
  const file = await page.evaluate((href) => fetch(href).then(async (answered) => [answered.status, await answered.text()]), await page.getAttribute('#download', 'href'));
  assert.equal(file[0], 200);
  assert.equal(file[1].trim().split('\n').length, 4);
  await press(page, /查看并更正/);
  await page.waitForSelector('#timeline');
  await done(page);

  const checker = await atWork(browser, server, 'checker.samr', { ...blocked, lang: 'en', viewport: { width: 320, height: 800 } });
  await goTo(checker, 'reconciliations', '#found .table');
  await inOrder(checker, 'comparisons at 320 px');
  await press(checker, /Food/);
  await checker.waitForSelector('#counts');
  await inOrder(checker, 'a comparison at 320 px');
  assert.match(await checker.textContent('#found'), /A maker makes it/, 'a checker makes none');
  await done(checker);
});

test('a comparison without differences says so, and a lost network loses no file', async () => {
  const page = await atWork(browser, server, 'checker.samr', blocked);
  const call = await caller(server, 'checker.samr');
  const { items } = await call('GET', `/licences?kind=${FOOD}&limit=200`);
  const issued = items.filter(({ identifier }) => identifier);
  await goTo(page, 'reconciliations', '#editor');
  await choose(page, '证照类型', FOOD);
  const buffer = Buffer.from(['identifier,status,valid_to,digest', ...issued.map(({ identifier, status }) => `${identifier},${status},,`)].join('\n'));
  await page.getByLabel('文件', { exact: true }).setInputFiles({ name: '全部.csv', mimeType: 'text/csv', buffer });
  await page.route('**/api/v1/reconciliations?kind=*', (route) => route.abort());
  await press(page, '上传并比对');
  await page.waitForSelector('#problem:not([hidden])');
  await inOrder(page, 'not sent');
  await page.unroute('**/api/v1/reconciliations?kind=*');
  await press(page, '上传并比对');
  await page.locator('#outcome').filter({ hasText: '一致' }).waitFor();
  assert.equal(await page.locator('#download').count(), 0);
  await inOrder(page, 'all the same');
  await done(page);
});

// Rows: R16.
test('by keyboard: a next version is written from the one before, and its checker sees both beside each other with what has changed marked', async () => {
  const call = await caller(server, 'maker.samr');
  const kind = await call('GET', `/kinds/${FOOD}`);
  const items = kind.face.fields.find(({ labels }) => labels.en === 'Items');
  const old = await issued('JY29901020000333');
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, `licences/${old.id}`, '#timeline');
  await press(page, '变更');
  await page.waitForSelector('#check');
  await inOrder(page, 'a next version being written');
  await typeInto(page, items.labels['zh-CN'], '热食类食品制售、冷食类食品制售');
  await press(page, '保存并提交审核');
  await page.locator('.state-line').filter({ hasText: '待审核' }).waitFor();
  const draft = await hashOf(page);
  await done(page);

  const marked = async (where) => {
    const rows = where.locator('#content tbody tr').filter({ has: where.locator('ins') });
    assert.equal(await rows.count(), 1, 'nothing else has changed');
    assert.equal(await rows.locator('del').textContent(), old.face[items.key] || '—');
    assert.equal(await rows.locator('ins').textContent(), '热食类食品制售、冷食类食品制售');
    assert.equal(await rows.locator('.badge').count(), 1, 'a word beside the colour');
    return rows;
  };
  const small = await atWork(browser, server, 'checker.samr', { ...blocked, lang: 'en', colorScheme: 'dark', viewport: { width: 320, height: 800 } });
  await goTo(small, draft, '#content');
  await marked(small);
  await inOrder(small, 'a review at 320 px, dark');
  await done(small);
  const checker = await atWork(browser, server, 'checker.samr', blocked);
  await leap(checker, 'r', '.table a');
  await tabTo(checker, kind.names['zh-CN']);
  await checker.keyboard.press('Enter');
  await checker.waitForSelector('#content');
  assert.equal(await hashOf(checker), draft);
  assert.match(await checker.textContent('#content thead'), /上一版.*本次内容/s);
  await marked(checker);
  await inOrder(checker, 'a review, side by side');
  await checker.keyboard.press('a');
  await checker.waitForSelector('dialog[open]');
  await checker.keyboard.press('Enter');
  await checker.locator('.state-line').filter({ hasText: '有效' }).waitFor();
  await goTo(checker, `licences/${old.id}`, '#timeline');
  await checker.locator('.state-line').filter({ hasText: '已有新版本' }).waitFor();
  await done(checker);
});

test('what was typed over an older version of a draft is not saved over a newer one unseen', async () => {
  const call = await caller(server, 'maker.samr');
  const draft = await draftOf(call, 'JY29901020000334');
  const items = async () => (await call('GET', `/licences/${draft.id}`)).face.s;
  const page = await atWork(browser, server, 'maker.samr', blocked);
  await goTo(page, `draft/${draft.id}`, '#check');
  await typeInto(page, '经营项目', '先写的');
  await page.locator('#check').filter({ hasText: '先写的' }).waitFor();
  // Another tab saves meanwhile; the first is loaded anew with what was typed in it.
  const body = { kind: FOOD, holder: HOLDER, face: { n: HOLDER.name, c: HOLDER.id_number, no: 'JY29901020000334', s: '后存的' }, valid_from: '20261122' };
  await call('PUT', `/licences/${draft.id}`, body, { 'If-Match': `"${draft.version}"` });
  await page.reload();
  await page.waitForSelector('#restored');
  await press(page, '保存草稿');
  await page.waitForSelector('#overwrite:not([hidden])');
  assert.match(await page.textContent('#problem'), /没有丢失/);
  await inOrder(page, 'another has saved meanwhile');
  assert.equal(await items(), '后存的', 'nothing was written over');
  await press(page, '用我的内容覆盖');
  await page.waitForSelector('#timeline');
  assert.equal(await items(), '先写的');
  await done(page);
});

test('managers and auditors see how many licences of each kind stand how, of one unit or of all; nothing of a person', async () => {
  for (const [login, lang, width] of [['manager', 'zh-CN', 1280], ['auditor', 'en', 320]]) {
    const page = await atWork(browser, server, login, { ...blocked, lang, viewport: { width, height: 800 } });
    await leap(page, 'n', '#counts');
    await inOrder(page, `counts, ${login}`);
    const call = await caller(server, login);
    const { counts } = await call('GET', '/licences?limit=1');
    const sum = (some) => some.reduce((before, { count }) => before + count, 0);
    const total = () => page.locator('#counts tbody tr').last().locator('td').last().textContent();
    assert.equal(await total(), String(sum(counts)));
    const { unit } = counts[0];
    await choose(page, lang === 'en' ? 'Issuing unit' : '签发单位', unit);
    const own = String(sum(counts.filter((one) => one.unit === unit)));
    await page.waitForFunction((wanted) => [...document.querySelectorAll('#counts tbody td')].at(-1).textContent === wanted, own);
    await inOrder(page, `counts of one unit, ${login}`);
    await done(page);
  }
});
