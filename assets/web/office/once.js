/** Keys under which a command that is sent twice is carried out once. */

/**
 * Gives the key for sending `content`: the same one as long as it is sent again unchanged, because its answer was lost.
 *
 * @returns {(content: string) => string}
 */
export function keyOnce() {
  let [last, key] = ['', ''];
  return (content) => {
    if (key === '' || content !== last) [last, key] = [content, fresh()];
    return key;
  };
}

function fresh() {
  // `randomUUID` is missing on plain http addresses, where a demo may well be looked at.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
