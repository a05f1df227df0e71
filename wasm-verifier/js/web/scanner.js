/** Reads QR codes from pictures. Load it only where there is a picture: it is the largest module. */
import { guarded } from './errors.js';
import { load } from './load.js';
import init, * as native from './scanner_wasm.js';

export { LiangzhengError } from './errors.js';

await load(init, new URL('./scanner_wasm_bg.wasm', import.meta.url), 'scanner_wasm_bg.wasm');

/** Every code in `image` (an ImageData or the like), each text once; empty if there is none. */
export const readCodes = ({ data, width, height }) => guarded(() => native.readCodes(data, width, height));
