/**
 * A view's turns: each thing its holder does begins one, and what an earlier turn was still waiting for comes too late.
 *
 * `begin` gives `late`, to be asked after every wait. `stop` ends the show that is on, too.
 */
export function turns() {
  let turn = 0;
  let running = null;

  function stop() {
    turn += 1;
    running?.stop();
    running = null;
  }

  function begin() {
    stop();
    const mine = turn;
    return () => mine !== turn;
  }

  /** Runs what `start` makes of what `opening` opens; what comes too late is closed unseen. */
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
