/** The device's camera, from asking for it to giving its frames; whoever opened it must `stop` it. */

/** What is asked for: enough pixels for a dense code, few enough to read ten frames a second on a phone. */
const WANTED = { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } };

/** Milliseconds between two frames read: leaves the page time to draw. */
const PAUSE = 80;

/** Why there is no picture: `denied`, `absent`, `busy`, `insecure` (no https) or `stopped`. */
export class CameraError extends Error {
  constructor(reason, options) {
    super(reason, options);
    this.reason = reason;
  }
}

export class Camera {
  #video;
  #stream = null;
  /** Why it has ended; null while it has not. */
  #ended = null;

  constructor(video) {
    this.#video = video;
  }

  /** Asks for the camera and shows it in the video. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('insecure');
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
    } catch (cause) {
      throw new CameraError(reasonOf(cause), { cause });
    }
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
      throw new CameraError(this.#ended, { cause });
    }
    await this.#set({ focusMode: 'continuous' });
  }

  /** Whether there is a light to switch on. */
  get hasTorch() {
    return this.#capabilities().torch === true;
  }

  setTorch(on) {
    return this.#set({ torch: on });
  }

  /** `{min, max, step}`, or null if the camera cannot zoom. */
  get zoom() {
    const { zoom } = this.#capabilities();
    return zoom && zoom.max > zoom.min ? zoom : null;
  }

  setZoom(zoom) {
    return this.#set({ zoom });
  }

  /** Hands each frame to `look` until that returns true or the camera is stopped; fails if it ends by itself. */
  async watch(look) {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });
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

  #end(reason) {
    this.#ended ??= reason;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#video.srcObject = null;
  }

  #capabilities() {
    return this.#stream?.getVideoTracks()[0]?.getCapabilities?.() ?? {};
  }

  /** What a camera cannot do it need not: the picture is good enough without. */
  async #set(constraint) {
    await this.#stream
      ?.getVideoTracks()[0]
      ?.applyConstraints({ advanced: [constraint] })
      .catch(() => undefined);
  }
}

function reasonOf({ name }) {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'absent';
  return 'busy';
}
