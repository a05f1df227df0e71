/** Which pages a server lets put its frame into themselves; the same list stands in its frame-ancestors. */

/** Whether `origin` is one of `patterns`: origins, or origins with `:*` for any port (CSP's host sources). */
export function isAllowed(origin, patterns) {
  return patterns.some((pattern) => {
    if (!pattern.endsWith(':*')) return pattern === origin;
    const rest = origin.startsWith(pattern.slice(0, -2)) ? origin.slice(pattern.length - 2) : null;
    return rest !== null && /^(:\d+)?$/.test(rest);
  });
}
