/** Loads the verifier module once for all elements of a page, and tells a page's policy from other failures. */

let outcome = null;

/** `{Verifier, classify}`, or `{error, byPolicy}`: whether this page's Content-Security-Policy is what prevents it. */
export function loadVerifier() {
  outcome ??= load();
  return outcome;
}

async function load() {
  if (typeof WebAssembly !== 'object') return { error: new Error('no WebAssembly'), byPolicy: false };
  const origin = new URL(import.meta.url).origin;
  let blocked = false;
  const noted = ({ blockedURI }) => {
    blocked ||= blockedURI === 'wasm-eval' || blockedURI.startsWith(origin);
  };
  document.addEventListener('securitypolicyviolation', noted);
  try {
    const { Verifier, classify } = await import('../verifier.js');
    return { Verifier, classify };
  } catch (error) {
    // The report of a violation may come a task later than the failure.
    await new Promise((resolve) => setTimeout(resolve));
    return { error, byPolicy: blocked || error instanceof WebAssembly.CompileError };
  } finally {
    document.removeEventListener('securitypolicyviolation', noted);
  }
}
