export { LiangzhengError, type Text } from './errors.js';

/** Every QR code in the picture, each text once; empty if there is none. `data` is RGBA. */
export function readCodes(image: {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
}): string[];
