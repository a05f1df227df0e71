// Seconds that npm `jose` takes to verify a file of compact tokens, one a line: signature, exp, aud.
//
//     node tests/bench/batch.mjs TOKENS JWK NOW

import { readFileSync } from 'node:fs';

const { importJWK, jwtVerify } = await import(
  new URL('../interop/node_modules/jose/dist/webapi/index.js', import.meta.url)
);
const [tokens, jwk, now] = process.argv.slice(2);
const key = await importJWK(JSON.parse(readFileSync(jwk, 'utf8')), 'ES256');
const lines = readFileSync(tokens, 'utf8').trim().split('\n');
const options = { algorithms: ['ES256'], typ: 'show+jwt', audience: 'inspector', currentDate: new Date(now * 1000) };

const started = process.hrtime.bigint();
for (const token of lines) await jwtVerify(token, key, options);
console.log(Number(process.hrtime.bigint() - started) / 1e9);
