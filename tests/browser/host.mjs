/** Somebody else's web site: another origin, its own policy, and a <licence-verifier> in its pages. */
import { createServer } from 'node:http';

/** Serves what is put into `pages` (path → `{html, policy}`) on a port of its own. */
export async function startHost() {
  const pages = new Map();
  const server = createServer((request, response) => {
    const page = pages.get(request.url);
    if (!page) return response.writeHead(404).end();
    response.setHeader('Content-Type', page.type ?? 'text/html; charset=utf-8');
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
export async function heard(page, name, count = 1, timeout = 15_000) {
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
