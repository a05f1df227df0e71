/** A sample of what `npm run screens` looks at whole: every screen of the wallet and the verifier where most goes wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, serverAndBrowser } from './harness.mjs';
import { enter, walk } from './screens.mjs';

const { server, browser } = await serverAndBrowser();

test('a sample of screens, sizes, languages and colours has nothing too wide, too small, unfilled or without a letter', async () => {
  for (const [app, ways] of [
    ['wallet', [
      { lang: 'en', colorScheme: 'dark', large: true, sizes: [{ width: 320, height: 568 }], contrast: true },
      { lang: 'zh-CN', colorScheme: 'light', large: false, sizes: [{ width: 844, height: 390 }], only: ['showing', 'card'], contrast: false },
    ]],
    ['verify', [{ lang: 'en', colorScheme: 'dark', large: false, sizes: [{ width: 320, height: 568 }, { width: 844, height: 390 }] }]],
  ]) {
    const { page, facts } = await enter(browser, server, app);
    for (const way of ways) assert.deepEqual(await walk({ server, app, page, facts, ...way }), []);
    await done(page);
  }
});
