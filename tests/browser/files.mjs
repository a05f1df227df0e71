/** The browser modules and some files over HTTP, and nothing else. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { modules } from './harness.mjs';

const TYPES = { js: 'text/javascript', mjs: 'text/javascript', json: 'application/json', wasm: 'application/wasm' };

/** Serves the modules under `/wasm/`, and `files`, a map from path to file; any other path is a blank page. */
export async function serveFiles(files) {
  const server = createServer((request, response) => {
    const path = request.url;
    const file = path.startsWith('/wasm/') ? join(modules, 'web', path.slice('/wasm/'.length)) : files[path];
    response.setHeader('Content-Type', TYPES[path.split('.').at(-1)] ?? 'text/html');
    response.end(file ? readFileSync(file) : '<!doctype html><title>blank</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
