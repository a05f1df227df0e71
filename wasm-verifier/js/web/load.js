/** Starts a module, whose `.wasm` lies beside this file: fetched in a browser, read from the disk in Node. */
import { INTEGRITY } from './release.js';

let readFile = null;

/** From here on modules are read with `reader(url)`, which gives their bytes (`../node/read-files.js`). */
export function readModulesWith(reader) {
  readFile = reader;
}

/** In a browser the bytes must have the hash that was taken when this package was built. */
export async function load(init, url, name) {
  const bytes = readFile ? await readFile(url) : fetch(url, { integrity: INTEGRITY[name] });
  return init({ module_or_path: bytes });
}
