import { readFile } from 'node:fs/promises';

/** Starts a module in Node: its `.wasm` lies beside this file, and Node's fetch does not read files. */
export async function load(init, file) {
  return init({ module_or_path: await readFile(new URL(file, import.meta.url)) });
}
