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
  const picture = await opened(file).catch((cause) => {
    throw new PictureError('picture', { cause });
  });
  try {
    // A code smaller than the first size shows only at full size; one with huge modules reads better reduced.
    for (const side of [LONGEST_SIDE, LONGEST_SIDE / 3]) {
      const found = scanner.readCodes(pixels(picture, side));
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    picture.close();
  }
}

/**
 * A decoded picture: its size, and what can be drawn.
 *
 * @typedef {{ width: number, height: number, source: CanvasImageSource, close: () => void }} Opened
 */

/** Without `createImageBitmap` (Safari before 15) an image element decodes. @param {Blob} file @returns {Promise<Opened>} */
async function opened(file) {
  if (typeof createImageBitmap === 'function') {
    const source = await createImageBitmap(file);
    return { width: source.width, height: source.height, source, close: () => source.close() };
  }
  const source = new Image();
  source.src = URL.createObjectURL(file);
  const close = () => URL.revokeObjectURL(source.src);
  await source.decode().catch((error) => {
    close();
    throw error;
  });
  return { width: source.naturalWidth, height: source.naturalHeight, source, close };
}

/**
 * @param {Opened} picture
 * @param {number} longest
 */
function pixels(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  // A canvas of the document: `OffscreenCanvas` has no 2d context in Safari before 16.4.
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  // Null only for a canvas that has given out a context of another kind.
  if (!context) throw new PictureError('picture');
  context.drawImage(picture.source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
