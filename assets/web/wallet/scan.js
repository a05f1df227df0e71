/**
 * The wallet's camera: looks for codes that ask something of the holder. Other codes in the picture are told beside it, and
 * never end the looking.
 */
import { t, words } from '../page/i18n.js';
import { wordsFor } from '../page/words.js';
import { CameraError } from '../shared/camera.js';
import { noCameraTitle, problem } from '../shared/obstacle.js';
import { Scanning } from '../shared/scanning.js';
import { screenFor } from './asking.js';

/** As core's, for what a wallet looks for. @type {import('../shared/readings.js').Classify} */
const classify = (text) => {
  const isLicence = text.startsWith('EL1:');
  const said = t(isLicence ? 'scanning.licence' : 'scanning.other');
  return /** @type {import('../shared/readings.js').Reading} */ ({ kind: screenFor(text) ? 'licence' : isLicence ? 'not_for_holders' : 'other', message: { 'zh-CN': said, en: said } });
};

/**
 * Looks until a code is found, the camera is stopped or it fails.
 *
 * @param {{ draw: (view: HTMLElement[]) => void, found: (text: string) => void, stopped: () => void, failed: (said: HTMLElement) => void }} acts
 *   `draw`: what is seen meanwhile
 * @returns {() => void} what stops it without a word
 */
export function look({ draw, found, stopped, failed }) {
  let over = false;
  const scanning = new Scanning(words, classify, {
    stop: () => {
      stop();
      stopped();
    },
  });
  void run();
  return stop;

  async function run() {
    draw(scanning.view);
    scanning.focus();
    try {
      await scanning.run(
        () => import('/assets/wasm/scanner.js'),
        ([code]) => {
          if (over) return true;
          stop();
          found(code);
          return true;
        },
      );
    } catch (error) {
      if (over) return;
      stop();
      failed(obstacle(error));
    }
  }

  function stop() {
    over = true;
    scanning.stop();
  }
}

/** Why there is no picture, and what to do about it, or instead. @param {unknown} error */
function obstacle(error) {
  if (!(error instanceof CameraError)) {
    const title = error instanceof TypeError ? noCameraTitle(words, 'module') : wordsFor(error);
    return problem(words, { title, advice: [t('scanning.instead')] });
  }
  const permission = error.reason === 'denied' ? [t('scanning.allow'), t('scan.advice_system')] : [];
  return problem(words, { title: noCameraTitle(words, error.reason), advice: [...permission, t('scanning.instead')] });
}
