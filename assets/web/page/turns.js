/**
 * A view's turns: each thing a person does begins one, and what an earlier turn was still waiting for comes too late.
 *
 * `begin` gives `late`, to be asked after every wait. `stop` ends what was opened, too.
 *
 * @typedef {() => boolean} Late
 */
export function turns() {
  let turn = 0;
  /** @type {{ stop(): void } | null} */
  let running = null;

  function stop() {
    turn += 1;
    running?.stop();
    running = null;
  }

  /** @returns {Late} */
  function begin() {
    stop();
    const mine = turn;
    return () => mine !== turn;
  }

  /**
   * Runs what `start` makes of what `opening` opens; what comes too late is closed unseen.
   *
   * @template {{ source: { end(): unknown } }} T
   * @param {(late: Late) => Promise<T>} opening
   * @param {(opened: T) => { stop(): void }} start
   */
  async function open(opening, start) {
    const late = begin();
    try {
      const opened = await opening(late);
      if (late()) opened.source.end();
      else running = start(opened);
    } catch (error) {
      if (!late()) throw error;
    }
  }

  return { stop, begin, open };
}
