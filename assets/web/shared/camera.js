/** The device's camera, from asking for it to giving its frames; whoever opened it must `stop` it. */

/** What is asked for: enough pixels for a dense code, few enough to read ten frames a second on a phone. */
const PIXELS = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** The camera that looks away from whoever holds the device, for as long as no other was chosen. */
const AWAY = { facingMode: { ideal: 'environment' } };

/** Milliseconds between two frames read: leaves the page time to draw. */
const PAUSE = 80;

/** @typedef {'denied' | 'absent' | 'busy' | 'insecure' | 'stopped'} Reason `insecure`: no https */

/** Why there is no picture. */
export class CameraError extends Error {
  /**
   * @param {Reason} reason
   * @param {ErrorOptions} [options]
   */
  constructor(reason, options) {
    super(reason, options);
    this.reason = reason;
  }
}

/**
 * What browsers tell of a camera beyond the DOM's own types.
 *
 * @typedef {MediaTrackCapabilities & { torch?: boolean, zoom?: { min: number, max: number, step: number } }} Abilities
 */

export class Camera {
  #video;
  /** @type {MediaStream | null} */
  #stream = null;
  /** Why it has ended; null while it has not. @type {Reason | null} */
  #ended = null;
  /** The device's cameras, known once one was allowed. @type {string[]} */
  #all = [];

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.#video = video;
  }

  /** Asks for the camera and shows it in the video. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('insecure');
    await this.#use(await asked(AWAY));
    this.#all = await cameras();
  }

  /** Whether the device has another camera to turn to. */
  get hasOthers() {
    return this.#all.length > 1;
  }

  /** Goes on with the device's next camera; with this one if that does not open. */
  async turn() {
    const now = this.#track?.getSettings().deviceId ?? '';
    const next = this.#all[(this.#all.indexOf(now) + 1) % this.#all.length];
    // Some phones open one camera at a time.
    this.#letGo();
    try {
      const stream = await asked({ deviceId: { exact: next } }).catch(() => asked({ deviceId: { exact: now } }));
      await this.#use(stream);
    } catch (error) {
      this.#end(error instanceof CameraError ? error.reason : 'busy');
    }
  }

  /** Whether there is a light to switch on. */
  get hasTorch() {
    return this.#abilities.torch === true;
  }

  /** @param {boolean} on */
  setTorch(on) {
    return this.#set({ torch: on });
  }

  /** Null if the camera cannot zoom. */
  get zoom() {
    const { zoom } = this.#abilities;
    return zoom && zoom.max > zoom.min ? zoom : null;
  }

  /** @param {number} zoom */
  setZoom(zoom) {
    return this.#set({ zoom });
  }

  /**
   * Hands each frame to `look` until that returns true or the camera is stopped; fails if it ends by itself.
   *
   * @param {(image: ImageData) => boolean} look
   */
  async watch(look) {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });
    // Null only for a canvas that has given out a context of another kind.
    if (!context) throw new CameraError('busy');
    while (!this.#ended) {
      const { videoWidth: width, videoHeight: height } = this.#video;
      if (width > 0 && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        if (canvas.width !== width) canvas.width = width;
        if (canvas.height !== height) canvas.height = height;
        context.drawImage(this.#video, 0, 0);
        if (look(context.getImageData(0, 0, width, height))) return;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    if (this.#ended !== 'stopped') throw new CameraError(this.#ended);
  }

  /** Ends everything, also an `open` that still waits for an answer. */
  stop() {
    this.#end('stopped');
  }

  /** @param {MediaStream} stream */
  async #use(stream) {
    this.#stream = stream;
    // The answer may come long after the question, when nobody wants it any more.
    if (this.#ended) {
      this.stop();
      throw new CameraError(this.#ended);
    }
    // Unplugged, or taken away in the browser's settings: no picture would ever come.
    stream.getVideoTracks()[0].onended = () => this.#end('busy');
    this.#video.srcObject = stream;
    try {
      await this.#video.play();
    } catch (cause) {
      // Stopping refuses a `play` that still waits; that is no fault of the camera.
      this.#end('busy');
      throw new CameraError(this.#ended ?? 'busy', { cause });
    }
    await this.#set({ focusMode: 'continuous' });
  }

  /** @param {Reason} reason */
  #end(reason) {
    this.#ended ??= reason;
    this.#letGo();
  }

  #letGo() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** @returns {Abilities} */
  get #abilities() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  /** What a camera cannot do it need not: the picture is good enough without. @param {Record<string, unknown>} constraint */
  async #set(constraint) {
    await this.#track?.applyConstraints({ advanced: [constraint] }).catch(() => undefined);
  }
}

/** @param {MediaTrackConstraints} which */
async function asked(which) {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...which, ...PIXELS }, audio: false });
  } catch (cause) {
    throw new CameraError(reasonOf(cause), { cause });
  }
}

async function cameras() {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return all.filter(({ kind }) => kind === 'videoinput').map(({ deviceId }) => deviceId);
}

/** @param {unknown} error @returns {Reason} */
function reasonOf(error) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  // The last is a class of its own in some browsers.
  if (name === 'NotFoundError' || (error instanceof Error && error.name === 'OverconstrainedError')) return 'absent';
  return 'busy';
}
