/** Which of the codes in a picture are licence codes, and what the others are: a sticker for payments lies on many desks. */

/**
 * @typedef {typeof import('/assets/wasm/verifier.js').classify} Classify
 * @typedef {ReturnType<Classify>} Reading
 */

/**
 * The licence codes among `texts`, and of the other codes one of each kind. `classify` is core's: it knows the kinds and
 * their words.
 *
 * @param {string[]} texts
 * @param {Classify} classify
 */
export function sorted(texts, classify) {
  /** @type {string[]} */
  const licences = [];
  /** @type {Map<string, Reading>} */
  const others = new Map();
  for (const text of texts) {
    const reading = classify(text);
    if (reading.kind === 'licence') licences.push(text);
    else others.set(reading.kind, reading);
  }
  return { licences, others: [...others.values()] };
}

/**
 * Words for codes that lie beside a licence, or instead of one.
 *
 * @param {Reading[]} others
 * @param {import('./words.js').Words} words
 */
export const wordsFor = (others, words) => others.map(({ message }) => words.t('verify.other_code', { what: words.pick(message) })).join('');
