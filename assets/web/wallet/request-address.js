/** Where in the wallet a counter's request is answered. */

/** The address of the screen for a code (`ER1:…`). @param {string} code */
export const addressOf = (code) => `#request/${encodeURIComponent(code)}`;
