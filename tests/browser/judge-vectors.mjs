/**
 * Judges a vectors file with the verifier module in Node: `node judge-vectors.mjs MODULES VECTORS`.
 * One line `wrong: …` for each verdict that is another than the file says; exit 1 if there is any.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runVectors } from './vectors.mjs';

const [modules, vectors] = process.argv.slice(2).map((path) => resolve(path));
const { Verifier } = await import(`${modules}/node/verifier.js`);
const { ran, differences } = runVectors(JSON.parse(readFileSync(vectors, 'utf8')), { Verifier });
console.log(`${ran} cases`);
for (const difference of differences) console.log(`wrong: ${difference.split('\n')[0]}`);
process.exitCode = differences.length > 0 ? 1 : 0;
