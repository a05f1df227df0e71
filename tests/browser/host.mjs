/** Somebody else's web site: another origin, its own policy, and a <licence-verifier> in its pages. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { newPage, startBrowser, startServer } from './harness.mjs';

/** Serves what is put into `pages` (path → `{html, policy}`, or `{html, type}` for any origin) on a port of its own. */
export async function startHost() {
  const pages = new Map();
  const server = createServer((request, response) => {
    const page = pages.get(request.url);
    if (!page) return response.writeHead(404).end();
    response.setHeader('Content-Type', page.type ?? 'text/html; charset=utf-8');
    if (page.type) response.setHeader('Access-Control-Allow-Origin', '*');
    if (page.policy) response.setHeader('Content-Security-Policy', page.policy);
    return response.end(page.html);
  });
  // All addresses of this machine, since Chromium may take `localhost` for either.
  await new Promise((resolve) => server.listen(0, resolve));
  const { port } = server.address();
  return {
    /** The address of a new page; `name`: the host name it is reached by. */
    add(path, page, name = 'localhost') {
      pages.set(path, page);
      return `http://${name}:${port}${path}`;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A page with `body` and the element's script as the documentation says to write it. */
export function pageWith(server, manifest, body, { integrity = manifest.files['element.js'], lang = 'zh-CN' } = {}) {
  const script = `${server.url}/embed/${manifest.version}/element.js`;
  return `<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>酒店前台</title>
    <script type="module" crossorigin src="${script}" integrity="${integrity}"></script>
  </head>
  <body><main><h1>入住登记</h1>${body}<label>备注 <input id="note"></label></main></body>
</html>`;
}

/** Keeps what elements tell and what breaks a policy, before any script of the page runs. */
export async function watch(page) {
  await page.addInitScript(() => {
    globalThis.told = [];
    globalThis.violations = [];
    for (const name of ['ready', 'scan', 'result', 'error']) {
      document.addEventListener(name, (event) => {
        if (event instanceof CustomEvent) globalThis.told.push({ name, id: event.target.id, detail: event.detail });
      });
    }
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      globalThis.violations.push(`${effectiveDirective} ${blockedURI}`);
    });
  });
}

/** Details of the events `name` told so far. */
export const told = (page, name) =>
  page.evaluate((wanted) => globalThis.told.filter((event) => event.name === wanted).map(({ detail }) => detail), name);

/** Waits until `count` events `name` were told and gives the last one's detail. */
export async function heard(page, name, count = 1, timeout = 30_000) {
  try {
    await page.waitForFunction(
      ([wanted, many]) => globalThis.told.filter((event) => event.name === wanted).length >= many,
      [name, count],
      { timeout },
    );
  } catch {
    throw new Error(`no ${name}; told: ${JSON.stringify(await page.evaluate(() => globalThis.told))}`);
  }
  return (await told(page, name)).at(-1);
}

/** The licence server, a browser (with the switches `more`) and a foreign site, and hands for all three. */
export async function startSite(more = []) {
  const [server, browser, host] = await Promise.all([startServer(), startBrowser(more), startHost()]);
  const manifest = await (await fetch(`${server.url}/embed/manifest.json`)).json();
  return {
    server,
    browser,
    host,
    manifest,
    /** The policy a site needs for the element, as wasm-verifier/README.md says, and beyond that nothing. */
    strict:
      `default-src 'none'; script-src ${server.url} 'wasm-unsafe-eval'; connect-src ${server.url}; ` +
      "require-trusted-types-for 'script'",
    /** A host page with `body`, opened. `ready: false`: does not wait for the element. */
    async open(body, { policy, name, ready = true, ...options } = {}) {
      const page = await newPage(browser);
      await watch(page);
      const url = host.add(`/${Math.random()}`, { html: pageWith(server, manifest, body, options), policy }, name);
      await page.goto(url);
      if (ready) await heard(page, 'ready');
      return page;
    },
    async stop() {
      await browser.close();
      await server.close();
      host.close();
    },
  };
}

/** What the element's method says to a text. */
export const verify = (page, input, id = 'a') =>
  page.evaluate(([element, text]) => document.getElementById(element).verify(text), [id, input]);

/** The card on the screen. */
export const drawn = (scope) =>
  scope.locator('.verdict').first().evaluate((card) => ({
    code: card.dataset.code,
    tone: card.dataset.tone,
    title: card.querySelector('h2').textContent,
    colour: getComputedStyle(card.querySelector('.verdict-head')).backgroundColor,
    checks: [...card.querySelectorAll('[data-check]')].map(({ dataset }) => dataset.check),
    text: card.textContent,
  }));

/** Ends a page, which must have broken its policy in these ways and no others. */
export async function close(page, violations = []) {
  assert.deepEqual([...new Set(await page.evaluate(() => globalThis.violations))], violations);
  await page.context().close();
}
