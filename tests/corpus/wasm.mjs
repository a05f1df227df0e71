/**
 * Answers the corpus with the WASM verifier in Node: `node wasm.mjs target/modules/node/verifier.js`. Reads the worlds
 * and then one case a line, writes one answer a line.
 */
import { pathToFileURL } from 'node:url';
import { answerer } from './answer.mjs';

const { Verifier } = await import(pathToFileURL(process.argv[2]));
let answer;
let rest = '';
// Not `readline`, which takes U+2028 inside a JSON text for a line's end.
for await (const chunk of process.stdin.setEncoding('utf8')) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  const said = lines.map((line) => `${JSON.stringify(reply(JSON.parse(line)))}\n`).join('');
  if (!process.stdout.write(said)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** The first line is the worlds: `"ready"`, or what could not be built. */
function reply(line) {
  if (answer) return answer(line);
  const made = answerer(line, Verifier);
  answer = made.answer;
  return made.differences.length > 0 ? made.differences : 'ready';
}
