/** What a comparison with the unit's own list counts. */

/** How a licence may stand that is not the same on both sides. */
export const FOUND = /** @type {const} */ (['missing', 'extra', 'different']);

export const COUNTS = /** @type {const} */ (['same', ...FOUND]);
