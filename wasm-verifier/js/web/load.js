/** Starts a module in a browser: its `.wasm` lies beside this file. */
export function load(init, file) {
  return init({ module_or_path: new URL(file, import.meta.url) });
}
