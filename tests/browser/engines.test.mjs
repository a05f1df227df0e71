/**
 * The main flows in three engines: logging in, a code on the screen, its verdict, and both without a server.
 *
 * What an engine writes, stores and refuses differs where no standard says how; each flow here failed once in one.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { account, eventually, showing, startServer } from './harness.mjs';
import { ENGINES } from './engines.mjs';

const SCENE = 'hotel.checkin';

/** Both servers have made themselves certificates, or have none to show to Node. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

/** The code on the wallet's screen: the page draws its own picture into pixels, a decoder that is not ours reads them. */
const readCode = (hands) => eventually(() => decoded(hands), 40_000);

async function decoded(hands) {
  await hands.seen('#qr');
  const picture = await hands.run(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 800 });
    canvas.getContext('2d').drawImage(document.querySelector('#qr'), 0, 0, 800, 800);
    return canvas.toDataURL('image/png');
  })()`);
  const { data, width, height } = PNG.sync.read(Buffer.from(picture.split(',')[1], 'base64'));
  const found = jsQR(new Uint8ClampedArray(data), width, height);
  assert.ok(found, 'a code is on the screen');
  return found.data;
}

/** Pastes `code` on the page for verifying and gives the verdict's code and words. */
async function judge(hands, code) {
  await hands.until("document.querySelector('html').dataset.ready !== undefined && document.querySelector('#scene').length > 1");
  await hands.click('#open-paste');
  await hands.run(`{ const field = document.querySelector('#code'); field.value = ${JSON.stringify(code)};
    field.dispatchEvent(new Event('input', { bubbles: true })); }`);
  await hands.click('#paste-form button[type=submit]');
  await hands.seen('.verdict');
  return { code: await hands.run("document.querySelector('.verdict').dataset.code"), said: await hands.text('.verdict') };
}

for (const [name, { Engine, tls }] of Object.entries(ENGINES)) {
  test(`${name}: log in, show, verify in both languages, and all of it without the server`, async () => {
    const server = await startServer({ tls });
    const hands = new Engine();
    after(() => Promise.all([hands.close(), server.close()]));
    await hands.start();

    const { password, pin } = account(server, 'lin');
    await hands.go(`${server.url}/wallet`);
    await hands.seen('#login');
    await hands.type('#login', 'lin');
    await hands.type('#password', password);
    await hands.click('button[type=submit]');
    await hands.seen('.card');
    assert.doesNotMatch(await hands.text('main'), /NaN|undefined|Invalid/);
    await hands.until("document.documentElement.dataset.ready === 'offline'");

    const { card, next } = await showing(server, 'lin', SCENE);
    await hands.go(`${server.url}/wallet#card/${card.id}`);
    await hands.seen('#pin');
    await hands.choose('#scene', SCENE);
    await hands.type('#pin', pin);
    await hands.click('button[type=submit]');
    const shown = await readCode(hands);
    await hands.until("/已存到本机/.test(document.querySelector('#kept').textContent)");
    assert.match(await hands.text('#kept'), /，20\d\d年\d{1,2}月\d{1,2}日 \d\d:\d\d 前/);

    await hands.go(`${server.url}/verify?lang=en`);
    const english = await judge(hands, shown);
    assert.equal(english.code, 'OK', english.said);
    assert.match(english.said, /\d{1,2} [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d/);
    // The page remembers what it has accepted.
    await hands.go(`${server.url}/verify?lang=zh-CN`);
    assert.equal((await judge(hands, shown)).code, 'E_REPLAY');
    await hands.go(`${server.url}/verify?lang=zh-CN`);
    const chinese = await judge(hands, await next());
    assert.equal(chinese.code, 'OK', chinese.said);
    assert.match(chinese.said, /名单 20\d\d年\d{1,2}月\d{1,2}日 \d\d:\d\d:\d\d 版/);

    await hands.until("document.documentElement.dataset.ready === 'offline'");
    await server.stop();
    await hands.go(`${server.url}/wallet`);
    await hands.seen('.card');
    await hands.click('.card');
    await hands.seen('#pin');
    await hands.type('#pin', pin);
    await hands.click('button[type=submit]');
    const own = await readCode(hands);
    await hands.go(`${server.url}/verify`);
    const offline = await judge(hands, own);
    assert.equal(offline.code, 'OK', offline.said);
  });
}
