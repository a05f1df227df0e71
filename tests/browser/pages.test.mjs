/** The pages that need no login: the landing page, the reader of the API's description, and what an unknown address shows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { axe, done, newPage, serverAndBrowser } from './harness.mjs';

const { server, browser } = await serverAndBrowser();
/** The demo’s only kind that is public, and who has one. */
const LABORATORY = { zh: '检验检测机构资质认定证书', en: 'Testing laboratory accreditation' };
const COMPANY = '九岳省晴川建设集团有限公司';
const SAMPLE = readFileSync(new URL('openapi-sample.json', import.meta.url), 'utf8');

/** Opens `path` in each language and each colour scheme, on a phone and on a desk, and looks at it with `check`. */
async function everyWay(path, check, prepare = () => undefined) {
  for (const lang of ['zh-CN', 'en']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [320, 1200]) {
        const page = await newPage(browser, { colorScheme, viewport: { width, height: 800 }, serviceWorkers: 'block' });
        await prepare(page);
        await page.goto(`${server.url}${path}?lang=${lang}`);
        await check(page, lang);
        assert.deepEqual(await axe(page), [], `${lang} ${colorScheme} ${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${lang} ${width}: ${overflow} px too wide`);
        await done(page);
      }
    }
  }
}

test('the landing page leads to the wallet, the verifier and the API, and says whose installation it is', async () => {
  await everyWay('/', async (page, lang) => {
    await page.waitForSelector('html[data-ready]');
    const doors = await page.locator('.door').evaluateAll((links) => links.map((link) => link.pathname));
    assert.deepEqual(doors, ['/wallet', '/verify', '/exempt-materials', '/public-licences', '/office', '/api/docs']);
    assert.equal(await page.locator('.steps li').count(), 3);
    assert.match(await page.textContent('#facts'), lang === 'en' ? /Jiuyue Province.*\d+ units/ : /九岳省.*\d+ 个单位/);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
  });
});

// Rows: R66.
test('everybody finds in which matters a paper need not be handed in, by words, in both languages', async () => {
  await everyWay('/exempt-materials', async (page, lang) => {
    await page.waitForSelector('html[data-ready]');
    assert.equal(await page.locator('#found > li').count(), 4);
    await page.fill('#q', lang === 'en' ? 'housing fund' : '公积金');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('#found > li').length === 1);
    const told = await page.textContent('#found');
    assert.match(told, lang === 'en' ? /Withdrawal from the housing fund.*Marriage certificate/s : /住房公积金提取.*结婚证.*经您在办件中同意后调取/s);
    assert.match(await page.evaluate(() => location.search), /[?&]q=/);
  });
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.goto(`${server.url}/exempt-materials?q=${encodeURIComponent('没有这个')}`);
  await page.waitForSelector('html[data-ready]');
  assert.match(await page.textContent('#count'), /没有符合的事项/);
  await done(page);
});

// Rows: R57, R65.
test('everybody looks up a licence that is public by law, by its number and by its holder, in both languages', async () => {
  let number = '';
  await everyWay('/public-licences', async (page, lang) => {
    const en = lang === 'en';
    await page.waitForSelector('html[data-ready]');
    // What is missing is told at its place, and nothing is asked.
    await page.locator('#by-name button').click();
    assert.match(await page.textContent('#by-name'), en ? /Choose a kind.*Give the holder’s whole name/s : /请选择证照类型。.*请填写完整的持证主体名称/s);
    await page.getByLabel(en ? 'Kind of licence' : '证照类型').selectOption({ label: en ? LABORATORY.en : LABORATORY.zh });
    await page.getByLabel(en ? 'Holder’s name' : '持证主体名称').fill(COMPANY);
    await page.keyboard.press('Enter');
    await page.locator('#found > li').first().waitFor();
    const told = await page.textContent('#found');
    assert.match(told, en ? /Valid.*Issued by.*must not be republished/s : /有效期.*发证单位.*不得转载/s);
    assert.ok(told.includes(COMPANY));
    number = await page.locator('#found > li').first().locator('dd').last().textContent();
    assert.doesNotMatch(await page.evaluate(() => location.search), /holder|identifier/, 'what is looked for is sent to no log');
    // Its number alone leads to it, typed or as an address.
    await page.getByLabel(en ? 'Licence number' : '证照标识', { exact: true }).fill(number);
    await page.keyboard.press('Enter');
    await page.waitForFunction((one) => location.hash.includes(one) && document.querySelectorAll('#found > li').length === 1, number);
  });
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.goto(`${server.url}/public-licences#identifier=${number}`);
  await page.locator('#found > li').waitFor();
  assert.equal(await page.getByLabel('证照标识', { exact: true }).inputValue(), number);
  // A holder's identity card is not public, and not told from one that is not there.
  await page.goto(`${server.url}/public-licences#identifier=1.2.156.3005.2.x`);
  await page.waitForFunction(() => document.querySelector('#count').textContent.includes('没有查到'));
  await done(page);
});

test('every door of the landing page opens, in the language chosen there', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.goto(`${server.url}/?lang=en`);
  for (const path of ['/wallet', '/verify', '/exempt-materials', '/public-licences', '/office', '/api/docs']) {
    await page.goto(`${server.url}/`);
    await page.click(`.door[href='${path}']`);
    await page.waitForURL(`${server.url}${path}`);
    await page.waitForSelector('header h1');
    assert.equal(await page.getAttribute('html', 'lang'), 'en', path);
  }
  await done(page);
});

test('a person at an unknown address gets a page with the way home; the page of a problem looks the same', async () => {
  for (const path of ['/nothing', '/problems/wrong-pin']) {
    await everyWay(path, async (page) => {
      assert.match(await page.textContent('main'), path === '/nothing' ? /未找到.*Not found/s : /亮证密码错误.*Wrong PIN/s);
      assert.match(await page.evaluate(() => getComputedStyle(document.querySelector('.panel')).borderRadius), /12px/);
    });
  }
  const page = await newPage(browser, { serviceWorkers: 'block' });
  const answer = await page.goto(`${server.url}/nothing`);
  assert.equal(answer.status(), 404);
  await page.click('a.button');
  await page.waitForURL(`${server.url}/`);
  await done(page);
});

const describe = (page) =>
  page.route('**/api/openapi.json', (route) => route.fulfill({ contentType: 'application/json', body: SAMPLE }));

test('the API reader lists routes by area, with parameters, bodies, answers and who may call', async () => {
  await everyWay('/api/docs', async (page, lang) => {
    await page.waitForSelector('.route');
    const areas = await page.locator('#routes .area h2').allTextContents();
    assert.deepEqual(areas, ['sessions', 'wallet', lang === 'en' ? 'Other' : '其他']);
    for (const summary of await page.locator('.item > summary').all()) await summary.click();
    const open = await page.locator('#show_open').innerText();
    for (const part of ['POST', '/api/v1/wallet/licences/{id}/show', 'OpenShow', 'Idempotency-Key', 'scene', '409', 'Problem']) {
      assert.ok(open.includes(part), `${part} in ${open}`);
    }
    assert.match(await page.locator('#sessions_create').innerText(), lang === 'en' ? /anybody/ : /任何人/);
    // An answer that is only referred to.
    assert.match(await page.locator('#sessions_create').innerText(), /401 Not logged in/);
    assert.match(await page.locator('#schema-Code').innerText(), /qr_text string/);
  }, describe);
});

test('the filter narrows the routes and says how many are left; a link to a schema opens it', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await describe(page);
  await page.goto(`${server.url}/api/docs?lang=en#show_open`);
  await page.waitForSelector('#show_open[open]');
  await page.click('#show_open a[href="#schema-Shown"]');
  await page.waitForSelector('#schema-Shown[open]');
  await page.fill('#filter', 'wallet get');
  assert.deepEqual(await page.locator('.route .path').allTextContents(), ['/api/v1/wallet/licences']);
  assert.match(await page.textContent('#count'), /^Routes: 1$/);
  await page.fill('#filter', 'no such thing');
  assert.match(await page.textContent('#count'), /^Routes: 0$/);
  await done(page);
});

test('markup in a description stays text', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  const body = SAMPLE.replaceAll('Log in', '<img src=x onerror=alert(1)>');
  await page.route('**/api/openapi.json', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.goto(`${server.url}/api/docs`);
  await page.waitForSelector('.route');
  assert.match(await page.textContent('#sessions_create .summary'), /<img src=x/);
  assert.equal(await page.locator('main img').count(), 0);
  await done(page);
});

test('without a description the reader says so', async () => {
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.route('**/api/openapi.json', (route) => route.abort());
  await page.goto(`${server.url}/api/docs`);
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.textContent('#problem'), /openapi\.json/);
  await done(page);
});
