/**
 * Firefox and WebKit with the same small hands as Chromium: go, run, type, choose, click. Each is what Debian packages,
 * spoken to in its own way: Firefox by Marionette, WebKitGTK by WebDriver, on a screen of its own (it has no headless one).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, newPage, startBrowser } from './harness.mjs';

/** The element's name in WebDriver's JSON. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Milliseconds that a thing on the page is waited for. */
const PATIENCE = 30_000;

/**
 * What a test does with an engine: `go` to an address, `run` an expression in the page, `type` into a field, `choose` an
 * option, `click`, `until` an expression holds, `close`.
 */
class Hands {
  async until(expression, said = expression) {
    for (const begun = Date.now(); Date.now() - begun < PATIENCE; await sleep(100)) {
      // While a page is being left there is none to ask.
      if (await this.run(expression).catch(() => false)) return;
    }
    throw new Error(`never came true: ${said}\n${await this.run('document.body.innerText')}`);
  }

  seen(selector) {
    return this.until(`document.querySelector(${JSON.stringify(selector)})?.offsetHeight > 0`, selector);
  }

  text(selector) {
    return this.run(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }

  choose(selector, value) {
    return this.run(`{ const field = document.querySelector(${JSON.stringify(selector)}); field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event('change', { bubbles: true })); }`);
  }
}

class Chromium extends Hands {
  #browser;
  #page;

  async start() {
    this.#browser = await startBrowser();
    this.#page = await newPage(this.#browser);
  }

  go = (url) => this.#page.goto(url);
  run = (expression) => this.#page.evaluate(expression);
  click = (selector) => this.#page.click(selector);

  async type(selector, text) {
    await this.#page.click(selector);
    await this.#page.keyboard.type(text);
  }

  close = () => this.#browser?.close();
}

/** What both speakers of WebDriver have in common; `execute` is their own. */
class WebDriver extends Hands {
  /** A block runs as it is; anything else is an expression, whose value is given back. */
  run = (code) => this.execute({ script: code.startsWith('{') ? code : `return ${code}`, args: [] });
}

class Firefox extends WebDriver {
  #profile = mkdtempSync(join(tmpdir(), 'lz-firefox-'));
  #child;
  #socket;
  #last = 0;
  #waiting = new Map();

  async start() {
    const port = await freePort();
    writeFileSync(join(this.#profile, 'user.js'), `user_pref('marionette.port', ${port});\n`);
    const switches = ['--headless', '--marionette', '--no-remote', '--profile', this.#profile, '--width=390', '--height=844'];
    this.#child = spawn(process.env.LZ_TEST_FIREFOX ?? 'firefox-esr', switches, { stdio: 'ignore' });
    this.#socket = await connected(port, this.#child);
    this.#listen();
    await this.#say('WebDriver:NewSession', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  }

  /** Each message is its length in bytes, a colon, and JSON: `[0, id, name, parameters]`, `[1, id, error, result]`. */
  #listen() {
    let bytes = Buffer.alloc(0);
    this.#socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let colon = bytes.indexOf(58); colon > 0; colon = bytes.indexOf(58)) {
        const end = colon + 1 + Number(bytes.subarray(0, colon));
        if (bytes.length < end) return;
        const message = JSON.parse(bytes.subarray(colon + 1, end).toString());
        bytes = bytes.subarray(end);
        if (!Array.isArray(message)) continue;
        const [, id, error, result] = message;
        const { resolve, reject } = this.#waiting.get(id);
        if (error) reject(new Error(error.message));
        else resolve(result?.value ?? result);
      }
    });
  }

  #say(name, parameters) {
    const text = JSON.stringify([0, ++this.#last, name, parameters]);
    const answered = new Promise((resolve, reject) => this.#waiting.set(this.#last, { resolve, reject }));
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return answered;
  }

  execute = (script) => this.#say('WebDriver:ExecuteScript', { ...script, sandbox: null, newSandbox: false });
  go = (url) => this.#say('WebDriver:Navigate', { url });

  async #find(selector) {
    return Object.values(await this.#say('WebDriver:FindElement', { using: 'css selector', value: selector }))[0];
  }

  click = async (selector) => this.#say('WebDriver:ElementClick', { id: await this.#find(selector) });
  type = async (selector, text) => this.#say('WebDriver:ElementSendKeys', { id: await this.#find(selector), text });

  async close() {
    this.#socket?.destroy();
    await ended(this.#child);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class WebKit extends WebDriver {
  #screen;
  #driver;
  #base;

  async start() {
    // 3: where the server of the screen writes the number it took.
    this.#screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '800x1000x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const number = await new Promise((resolve, reject) => {
      this.#screen.stdio[3].once('data', resolve);
      this.#screen.once('error', reject);
    });
    const port = await freePort();
    const root = process.getuid() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {};
    const env = { ...process.env, DISPLAY: `:${String(number).trim()}`, ...root };
    this.#driver = spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env });
    await connected(port, this.#driver).then((socket) => socket.destroy());
    this.#base = `http://127.0.0.1:${port}/session`;
    const options = { binary: miniBrowser(), args: ['--automation'] };
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true, 'webkitgtk:browserOptions': options } };
    const { sessionId } = await this.#ask('POST', '', { capabilities });
    this.#base += `/${sessionId}`;
    await this.#ask('POST', '/window/rect', { width: 420, height: 900 });
  }

  async #ask(method, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(this.#base + path, { method, headers, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error} ${value.message}`);
    return value;
  }

  execute = (script) => this.#ask('POST', '/execute/sync', script);
  go = (url) => this.#ask('POST', '/url', { url });

  async #find(selector) {
    return (await this.#ask('POST', '/element', { using: 'css selector', value: selector }))[ELEMENT];
  }

  click = async (selector) => this.#ask('POST', `/element/${await this.#find(selector)}/click`, {});
  type = async (selector, text) => this.#ask('POST', `/element/${await this.#find(selector)}/value`, { text });

  async close() {
    await this.#ask('DELETE', '').catch(() => undefined);
    await ended(this.#driver);
    await ended(this.#screen);
  }
}

/** Each engine by name. WebKit takes no `Secure` cookie over plain http, so its server must have a certificate. */
export const ENGINES = {
  Chromium: { Engine: Chromium, tls: false },
  Firefox: { Engine: Firefox, tls: false },
  WebKit: { Engine: WebKit, tls: true },
};

/** The plain browser that comes with the library, in the folder of the machine's architecture. */
function miniBrowser() {
  const found = readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'webkit2gtk-4.1/MiniBrowser')).find(existsSync);
  if (!found) throw new Error('webkit2gtk-4.1/MiniBrowser is missing: `cargo xtask setup` installs it');
  return found;
}

/** A socket to what `child` listens on, once it does. */
async function connected(port, child) {
  for (const begun = Date.now(); Date.now() - begun < PATIENCE; await sleep(100)) {
    if (child.exitCode !== null) break;
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)));
    if (open) return socket;
  }
  throw new Error(`${child.spawnargs[0]} does not answer: \`cargo xtask setup\` installs it`);
}

async function ended(child) {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  if (!(await Promise.race([exit.then(() => true), sleep(3000, false)]))) child.kill('SIGKILL');
}
