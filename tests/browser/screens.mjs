/**
 * `npm run screens`: every screen of the landing page, the wallet, the verifier and the office, at four sizes, in both
 * languages, light and dark, the wallet in 长辈版 too; looked at by program (looking.mjs), and laid on contact sheets in
 * `docs/screens`. `-- wallet verify` takes those only. What is wrong is told, and the exit is 1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { account, axe, judgeText, newPage, root, showCard, showing, startBrowser, startServer } from './harness.mjs';
import { wrongOn } from './looking.mjs';

export const SIZES = [
  [320, 568],
  [390, 844],
  [844, 390],
  [1280, 800],
].map(([width, height]) => ({ width, height }));
export const LANGUAGES = ['zh-CN', 'en'];
export const SCHEMES = ['light', 'dark'];

const SCENE = 'hotel.checkin';

/** Who is at work in the office here: makes drafts, sees the catalogue. */
const CLERK = 'maker.samr';
const OFFICE = ['home', 'tasks', 'cases', 'cases/new', 'licences', 'draft/new', 'imports', 'duplicates', 'agencies', 'requests', 'reconciliations', 'proposals', 'calendar', 'keys', 'matters', 'kinds', 'kinds/new', 'scenes', 'inspection-matters', 'using-lists'];

/**
 * A screen: how to come to it, on a page that is at the app's address; and what else must be so there.
 *
 * @typedef {{ name: string, open: (page: any, server: any, facts: any) => Promise<unknown>, anew?: boolean, also?: (page: any) => Promise<string[]> }} Screen `anew`: opened again for each size
 */

const hash = (name, there) => ({
  name,
  open: async (page, server, facts) => {
    await page.evaluate((to) => (location.hash = to), typeof name === 'function' ? name(facts) : name);
    await page.waitForSelector(there);
  },
});

/** A code that must be scrolled to is a code that no scanner finds. */
const codeInView = (page) =>
  page.evaluate(() => {
    const { top, bottom, left, right } = document.querySelector('#qr').getBoundingClientRect();
    const isSeen = top >= -1 && left >= -1 && bottom <= innerHeight + 1 && right <= innerWidth + 1;
    return isSeen ? [] : [`the code is not in view: ${Math.round(top)} to ${Math.round(bottom)} of ${innerHeight}`];
  });

/** @type {Record<string, { path: string, large?: boolean, enter?: (page: any, server: any) => Promise<any>, screens: Screen[] }>} */
export const APPS = {
  home: {
    path: '/',
    screens: [
      { name: 'landing', open: (page) => page.waitForSelector('#phone-code') },
      {
        name: 'demo',
        open: async (page, server) => {
          const { login, password, pin } = account(server, 'lin');
          await page.goto('about:blank');
          await page.goto(`${server.url}/#demo=${login}:${password}:${pin}`);
          await page.waitForSelector('#walk');
          await page.waitForSelector('#phone-code');
        },
      },
    ],
  },
  wallet: {
    path: '/wallet',
    large: true,
    enter: async (page, server) => {
      await page.goto(`${server.url}/wallet`);
      await page.fill('#login', 'wu');
      await page.fill('#password', account(server, 'wu').password);
      await page.click('button[type=submit]');
      await page.waitForSelector('.card');
      const { items } = await page.evaluate(async () => (await fetch('/api/v1/wallet/licences')).json());
      const card = items.find((one) => one.showable && one.scenes.some(({ code }) => code === SCENE));
      const off = items.find(({ status }) => status === 'SUPERSEDED');
      return { card: card.id, off: off.id };
    },
    screens: [
      hash('', '.cards > li'),
      { ...hash(({ card }) => `card/${card}`, '#scene'), name: 'card' },
      {
        name: 'card: PIN for the face',
        open: async (page) => {
          await page.click('#face-reveal');
          await page.waitForSelector('#face-pin');
        },
      },
      {
        name: 'showing',
        anew: true,
        open: async (page, server, { card }) => {
          await page.goto('about:blank');
          await showCard(page, server, 'wu', { licence: card, scene: SCENE });
          await page.waitForSelector('#qr:not([hidden])');
          await page.waitForFunction(() => document.querySelector('#qr').getBoundingClientRect().height > 0);
        },
        also: codeInView,
      },
      { ...hash(({ off }) => `card/${off}`, '#successor'), name: 'card: superseded' },
      { ...hash(({ card }) => `record/${card}`, '#reason'), name: 'record' },
      { ...hash(({ card }) => `authorise/${card}`, '#view .panel'), name: 'authorise' },
      hash('authorisations', '#view .quiet'),
      hash('uses', '#uses > li'),
      hash('devices', '#no-devices:not([hidden]), #devices > li'),
      hash('account', '#account:not([aria-busy])'),
      hash('answer', '#scan'),
    ],
  },
  verify: {
    path: '/verify',
    screens: [
      { name: 'ready', open: (page) => page.waitForSelector('#scan') },
      {
        name: 'paste',
        open: async (page) => {
          await page.click('#open-paste');
          await page.waitForSelector('#code');
        },
      },
      {
        name: 'verdict',
        open: async (page, server) => {
          await page.waitForSelector('#freshness.chip-ready');
          await judgeText(page, await code(server));
        },
      },
      {
        name: 'refused',
        open: async (page) => judgeText(page, 'EL1:NOTHING'),
      },
    ],
  },
  office: {
    path: '/office',
    enter: async (page, server) => {
      await page.goto(`${server.url}/office`);
      await page.fill('#login', CLERK);
      await page.fill('#password', account(server, CLERK).password);
      await page.keyboard.press('Enter');
      await page.waitForSelector('#nav:not([hidden])');
    },
    screens: OFFICE.map((name) => ({
      name,
      open: async (page) => {
        const before = await page.textContent('#view');
        await page.evaluate((to) => (location.hash = to), name);
        // Each screen has words of its own; the first is there already.
        await page.waitForFunction((old) => document.querySelector('#view')?.textContent !== old, before, { timeout: 5000 }).catch(() => undefined);
        await page.waitForLoadState('networkidle');
      },
    })),
  },
};

/** A code of which no verifier has heard yet. */
async function code(server) {
  server.shown ??= await showing(server, 'lin', SCENE);
  return server.shown.next();
}

/**
 * Goes through an app's screens in one way; hands each picture to `seen`. What is wrong, a line each.
 *
 * @param {{ server: any, app: string, page: any, facts: any, lang: string, colorScheme: string, large: boolean, sizes?: typeof SIZES, only?: string[], contrast?: boolean }} way
 * @param {(screen: string, size: { width: number, height: number }) => Promise<unknown>} [seen]
 */
export async function walk({ server, app, page, facts, lang, colorScheme, large, sizes = SIZES, only, contrast = true }, seen = async () => undefined) {
  const { path, screens } = APPS[app];
  const wrong = [];
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(sizes[0]);
  await page.goto(`${server.url}${path}?lang=${lang}`);
  await page.evaluate((chosen) => (chosen ? localStorage.setItem('lz.large', '') : localStorage.removeItem('lz.large')), large);
  await page.goto('about:blank');
  await page.goto(`${server.url}${path}?lang=${lang}`);
  await page.waitForSelector('h1');
  for (const screen of screens.filter(({ name }) => !only || only.includes(name))) {
    for (const [at, size] of sizes.entries()) {
      const where = `${app} ${screen.name || 'list'} ${lang} ${colorScheme}${large ? ' large' : ''} ${size.width}×${size.height}`;
      await page.setViewportSize(size);
      try {
        if (at === 0 || screen.anew) await screen.open(page, server, facts);
        const found = [...(await wrongOn(page, { large })), ...((await screen.also?.(page)) ?? [])];
        // Of all sizes the smallest breaks most.
        if (contrast && at === 0) found.push(...(await axe(page)));
        wrong.push(...found.map((line) => `${where}: ${line}`));
      } catch (error) {
        wrong.push(`${where}: ${error.message.split('\n')[0]}`);
        // At another size it is not there, either.
        break;
      }
      if (!screen.anew) await page.evaluate(() => scrollTo(0, 0));
      await seen(screen.name || 'list', size);
    }
  }
  return wrong;
}

/** A page of an app for all ways through it, with what its screens need to know. */
export async function enter(browser, server, app) {
  const page = await newPage(browser, { deviceScaleFactor: 1, serviceWorkers: 'block' });
  page.setDefaultTimeout(20_000);
  const facts = (await APPS[app].enter?.(page, server)) ?? {};
  return { page, facts };
}

/** Pictures of one way, a row a screen and a column a size, as WebP. */
async function sheet(browser, title, rows) {
  const page = await browser.newPage();
  const packed = await page.evaluate(
    async ([head, lines, widths]) => {
      const [gap, scale] = [8, 0.3];
      const height = Math.max(...lines.flatMap(({ cells }) => cells.map(({ size }) => size.height))) * scale;
      const canvas = document.createElement('canvas');
      canvas.width = widths.reduce((sum, width) => sum + width * scale + gap, gap);
      canvas.height = 24 + lines.length * (height + 20 + gap);
      const context = canvas.getContext('2d');
      context.fillStyle = '#d0d5dd';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#101828';
      context.font = '14px sans-serif';
      context.fillText(head, gap, 17);
      for (const [row, { name, cells }] of lines.entries()) {
        const y = 24 + row * (height + 20 + gap);
        context.fillText(name, gap, y + 14);
        let x = gap;
        for (const [column, { size, url }] of cells.entries()) {
          const image = new Image();
          image.src = url;
          await image.decode();
          context.drawImage(image, x, y + 20, size.width * scale, size.height * scale);
          x += widths[column] * scale + gap;
        }
      }
      return canvas.toDataURL('image/webp', 0.6).split(',')[1];
    },
    [title, rows, SIZES.map(({ width }) => width)],
  );
  await page.close();
  return Buffer.from(packed, 'base64');
}

async function main(names) {
  const folder = join(root, 'docs/screens');
  mkdirSync(folder, { recursive: true });
  const [browser, server] = await Promise.all([startBrowser(), startServer()]);
  const wrong = [];
  let bytes = 0;
  try {
    for (const app of names) {
      const { page, facts } = await enter(browser, server, app);
      for (const large of APPS[app].large ? [false, true] : [false]) {
        for (const lang of LANGUAGES) {
          for (const colorScheme of SCHEMES) {
            /** @type {Map<string, any[]>} */
            const rows = new Map();
            wrong.push(
              ...(await walk({ server, app, page, facts, lang, colorScheme, large }, async (name, size) => {
                const url = `data:image/jpeg;base64,${(await page.screenshot({ type: 'jpeg', quality: 80 })).toString('base64')}`;
                rows.set(name, [...(rows.get(name) ?? []), { size, url }]);
              })),
            );
            const title = [app, lang, colorScheme, large ? 'large' : ''].filter(Boolean).join('-');
            const picture = await sheet(browser, title, [...rows].map(([name, cells]) => ({ name, cells })));
            bytes += picture.length;
            writeFileSync(join(folder, `${title}.webp`), picture);
            console.log(`${title}: ${rows.size} screens, ${Math.round(picture.length / 1024)} KiB`);
          }
        }
      }
      wrong.push(...page.faults.map((fault) => `${app}: ${fault}`));
      await page.context().close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(`${Math.round(bytes / 1024)} KiB in all`);
  for (const line of new Set(wrong)) console.error(line);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = process.argv.slice(2);
  await main(asked.length > 0 ? asked : Object.keys(APPS));
}
