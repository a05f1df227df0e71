/** What a camera sees: films of codes that the real server made a moment ago, and a browser whose camera shows them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startBrowser } from './harness.mjs';

/** Frames each code stays: Chromium plays 30 a second whatever the file says, and begins anew at its end. */
const HELD = 45;

const folder = mkdtempSync(join(tmpdir(), 'lz-film-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let films = 0;

/**
 * An MJPEG file of pictures in turn, each of the codes given for it side by side, a little turned and on grey, as held in a
 * hand; each stays for `held` frames.
 */
export async function film(server, pictures, held = HELD) {
  const browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(`${server.url}/problems/wrong-pin`);
  const frames = await page.evaluate(async (wanted) => {
    const { qrSvg } = await import('/assets/wasm/wallet.js');
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const context = canvas.getContext('2d');
    const drawn = [];
    for (const [index, texts] of wanted.entries()) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = '#6b6f76';
      context.fillRect(0, 0, 1280, 720);
      for (const [place, text] of texts.entries()) {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(qrSvg(text).replace('<svg ', '<svg width="460" height="460" '))}`;
        await image.decode();
        context.setTransform(1, 0, 0, 1, (1280 * (place + 1)) / (texts.length + 1), 360);
        context.rotate(((index % 3) - 1) * (texts.length > 1 ? 0.04 : 0.12));
        const side = texts.length > 1 ? 400 : 460;
        context.drawImage(image, -side / 2, -side / 2, side, side);
      }
      drawn.push(canvas.toDataURL('image/jpeg', 0.8).split(',')[1]);
    }
    return drawn;
  }, pictures);
  await browser.close();
  films += 1;
  const file = join(folder, `${films}.mjpeg`);
  writeFileSync(file, Buffer.concat(frames.flatMap((frame) => Array(held).fill(Buffer.from(frame, 'base64')))));
  return file;
}

/** A browser whose camera shows the film. */
export const browserSeeing = (file) =>
  startBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`]);

/**
 * Keeps every stream that the page gets, to see what becomes of it; and one of our own that keeps the film running: Chromium
 * begins it anew whenever nobody has looked.
 */
export const watchCamera = (page) =>
  page.addInitScript(() => {
    globalThis.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const own = ask({ video: { width: 1280, height: 720 } });
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      await own;
      const stream = await ask(wanted);
      globalThis.tracks.push(...stream.getTracks());
      return stream;
    };
  });

/** Whether the page holds a camera open. */
export const isLive = (page) => page.evaluate(() => globalThis.tracks.some(({ readyState }) => readyState === 'live'));
