/**
 * What the tabs of this browser tell each other: `left` (logged out of the wallet, all is wiped), `ended` (the session is
 * over, what the phone keeps stays), `entered` (somebody logged in), `changed` (a licence is no longer what the list says).
 *
 * The storage event says the same where a browser has no `BroadcastChannel` (Safari before 15.4).
 */

/** @typedef {'left' | 'ended' | 'entered' | 'changed'} News */

const NAME = 'lz.tabs';

const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(NAME) : null;

/** @param {News} news */
export function tellTabs(news) {
  if (channel) {
    channel.postMessage(news);
    return;
  }
  try {
    // Only a change is told: the time makes each one differ.
    localStorage.setItem(NAME, `${news} ${Date.now()}`);
  } catch {
    // Storage is switched off, too: each tab finds out with its next request.
  }
}

/** @param {(news: News) => void} listener */
export function onNews(listener) {
  if (channel) channel.onmessage = ({ data }) => listener(data);
  else {
    addEventListener('storage', ({ key, newValue }) => {
      if (key === NAME && newValue) listener(/** @type {News} */ (newValue.split(' ')[0]));
    });
  }
}
