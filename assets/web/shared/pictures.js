/** Reads codes out of picture files. The reader module is fetched only when the first picture comes. */

/** Longest side a picture is decoded at: enough for a code that fills a tenth of a 40-megapixel photograph. */
const LONGEST_SIDE = 2400;

/** Bytes of the largest picture taken: a phone's largest photographs are about half of it. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** Why a picture gave no text; `reason` is `size`, `picture` (not one we can open) or `module`. */
export class PictureError extends Error {
  /**
   * @param {'size' | 'picture' | 'module'} reason
   * @param {ErrorOptions} [options]
   */
  constructor(reason, options) {
    super(reason, options);
    this.reason = reason;
  }
}

/**
 * The texts of all codes in `file`; empty if there is none. `loadScanner` imports the reader module.
 *
 * @param {Blob} file
 * @param {() => Promise<Pick<typeof import('/assets/wasm/scanner.js'), 'readCodes'>>} loadScanner
 */
export async function codesIn(file, loadScanner) {
  if (file.size > LARGEST_FILE) throw new PictureError('size');
  const scanner = await loadScanner().catch((cause) => {
    throw new PictureError('module', { cause });
  });
  const bitmap = await createImageBitmap(file).catch((cause) => {
    throw new PictureError('picture', { cause });
  });
  try {
    // A code smaller than the first size shows only at full size; one with huge modules reads better reduced.
    for (const side of [LONGEST_SIDE, LONGEST_SIDE / 3]) {
      const found = scanner.readCodes(pixels(bitmap, side));
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    bitmap.close();
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} longest
 */
function pixels(bitmap, longest) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  // Null only for a canvas that has given out a context of another kind.
  if (!context) throw new PictureError('picture');
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
