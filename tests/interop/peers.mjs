// Foreign npm libraries read what liangzheng-core signs.
//
//     node peers.mjs CASES.json
//
// The cases are described in peers.py. Prints one line per disagreement and, last,
// `N passed, M failed`; exit 1 if any failed.

import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { createLocalJWKSet, jwtVerify } from 'jose';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';

const cases = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const keys = createLocalJWKSet(cases.jwks);
let passed = 0;
let failed = 0;

/** Runs `read`; it must give `same` (any value if undefined) or throw, as `accept` says. */
async function expect(name, accept, read, same) {
  let complaint;
  try {
    const value = await read();
    if (!accept) complaint = 'accepted';
    else if (same !== undefined && !isDeepStrictEqual(value, same)) complaint = `read ${JSON.stringify(value)}`;
  } catch (error) {
    if (accept) complaint = `refused: ${error.message}`;
  }
  if (complaint) {
    failed += 1;
    console.log(`FAIL ${name}: ${complaint}`);
  } else {
    passed += 1;
  }
}

const headerOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString('utf8'));

/** ES256 over Node's own crypto: the SD-JWT libraries bring no signature code of their own. */
function es256(jwk, data, signature) {
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, format: 'jwk' });
  return verifySignature('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
}

const byKid = (data, signature) => {
  const { kid } = headerOf(data);
  const jwk = cases.jwks.keys.find((key) => key.kid === kid);
  return jwk !== undefined && es256(jwk, data, signature);
};

// --- jose: show tokens and grants as plain JWTs ----------------------------------------------------------

for (const { name, token, typ, iss, aud, accept, claims } of cases.jws) {
  await expect(
    `jose: ${name}`,
    accept,
    async () => (await jwtVerify(token, keys, { algorithms: ['ES256'], typ, issuer: iss, audience: aud })).payload,
    claims,
  );
}

// --- SD-JWT VC with key binding, and the status list its token points to ----------------------------------

const statusByUri = new Map(cases.status.filter((entry) => entry.accept).map((entry) => [entry.uri, entry.token]));

const verifier = new SDJwtVcInstance({
  hasher: (data) => createHash('sha256').update(data).digest(),
  hashAlg: 'sha-256',
  verifier: async (data, signature) => byKid(data, signature),
  kbVerifier: async (data, signature, payload) => es256(payload.cnf.jwk, data, signature),
  statusListFetcher: async (uri) => statusByUri.get(uri),
  statusVerifier: async (data, signature) => byKid(data, signature),
  // The values from 3 up are the application's own (draft §7.1); ours that stand for "valid, with a caution".
  statusValidator: async (status) => {
    if (![0, 3, 13, 14].includes(status)) throw new Error(`status ${status}`);
  },
});

for (const { name, presentation, aud, nonce, accept, claims } of cases.sd_jwt) {
  await expect(
    `@sd-jwt/sd-jwt-vc: ${name}`,
    accept,
    async () => {
      // Without keyBindingNonce this library never looks at the proof; it never compares its `aud`.
      const { payload, kb } = await verifier.verify(presentation, { keyBindingNonce: nonce });
      if (kb.payload.aud !== aud) throw new Error(`the proof is for ${kb.payload.aud}`);
      return payload;
    },
    claims,
  );
}

// --- Token Status List ------------------------------------------------------------------------------------

for (const { name, token, uri, accept, values } of cases.status) {
  await expect(`@sd-jwt/jwt-status-list: ${name}`, accept, async () => {
    const [header, payload, signature] = token.split('.');
    if (!byKid(`${header}.${payload}`, signature)) throw new Error('signature');
    if (JSON.parse(Buffer.from(payload, 'base64url')).sub !== uri) throw new Error('sub');
    const list = getListFromStatusListJWT(token);
    for (const [idx, value] of values) {
      if (list.getStatus(idx) !== value) throw new Error(`[${idx}] is ${list.getStatus(idx)}, not ${value}`);
    }
  });
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
