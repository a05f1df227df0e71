/**
 * A view's turns: each thing its holder does begins one, and what an earlier turn was still waiting for comes too late.
 *
 * `begin` gives `late`, to be asked after every wait. `stop` ends the show that is on, too.
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

  /** @returns {import('./types.d.ts').Late} */
  function begin() {
    stop();
    const mine = turn;
    return () => mine !== turn;
  }

  /**
   * Runs what `start` makes of what `opening` opens; what comes too late is closed unseen.
   *
   * @template {import('./types.d.ts').Opened} T
   * @param {(late: import('./types.d.ts').Late) => Promise<T>} opening
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
