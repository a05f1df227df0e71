/**
 * A certified identity provider (`oidc-provider`) as a process of its own, for `tests/api/actor/oidc.rs`.
 *
 *     node oidc.mjs '{"accounts": {"sub": {claims}}, "redirect": "https://…", "alg": "ES256"}'
 *
 * Prints its address. `GET /control?account=SUB&mode=MODE` says who logs in next, and how its token endpoint misbehaves:
 * it has the provider's own key (`GET /asked` says how often it was asked for), so it forges what only a compromised or mistaken provider could.
 */
import { createServer } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';

const { accounts, redirect, alg } = JSON.parse(process.argv[2]);
// The library warns of what a test may do (http, keys in memory); only the address is for whoever started it.
for (const level of ['info', 'warn']) console[level] = () => undefined;
const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
const other = await generateKeyPair(alg, { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), kid: 'p1', use: 'sig', alg };
const pem = new TextEncoder().encode(await exportSPKI(publicKey));

let account = Object.keys(accounts)[0];
let mode = 'good';
let asked = 0; // for its keys

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'liangzheng',
      client_secret: 'a secret of the test provider',
      redirect_uris: [redirect],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: alg,
    },
  ],
  jwks: { keys: [jwk] },
  claims: { openid: ['sub'], profile: ['name', 'id_type', 'id_number'] },
  conformIdTokenClaims: false,
  acrValues: ['urn:level:2'],
  cookies: { keys: ['of the test provider'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ sub, ...accounts[sub] }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      accountId: ctx.oidc.session.accountId,
      clientId: ctx.oidc.client.clientId,
    });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (ctx.path === '/token' && mode === 'slow') await new Promise((later) => setTimeout(later, 15_000));
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token && mode !== 'good') ctx.body.id_token = await forged(ctx.body.id_token);
});

/** The token as a mistaken provider, or somebody in its place, would make it. */
async function forged(token) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  const now = Math.floor(Date.now() / 1000);
  const sign = (changed, key = privateKey, header = {}) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg, kid: 'p1', ...header }).sign(key);
  switch (mode) {
    case 'nonce': return sign({ nonce: 'of another login' });
    case 'no-nonce': return sign({ nonce: undefined });
    case 'aud': return sign({ aud: 'somebody-else' });
    case 'two-aud': return sign({ aud: ['liangzheng', 'somebody-else'] });
    case 'iss': return sign({ iss: 'https://other.example' });
    // Its own clock goes on while the server's stands in tests.
    case 'expired': return sign({ exp: now - 30 });
    case 'old': return sign({ iat: now - 3600 });
    case 'acr': return sign({ acr: 'urn:level:1' });
    case 'exp-text': return sign({ exp: '9999999999' });
    case 'no-number': return sign({ id_number: undefined });
    case 'key': return sign({}, other.privateKey);
    case 'kid': return sign({}, other.privateKey, { kid: 'p2' });
    case 'none': return new UnsecuredJWT(claims).encode();
    case 'hs256': return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'p1' }).sign(pem);
    default: return 'no.token';
  }
}

const answer = provider.callback();
server.on('request', async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/control') {
    account = url.searchParams.get('account') ?? account;
    mode = url.searchParams.get('mode') ?? 'good';
    response.end('ok');
  } else if (url.pathname === '/asked') {
    response.end(String(asked));
  } else if (url.pathname.startsWith('/interaction/')) {
    const login = { accountId: account, acr: 'urn:level:2', remember: false };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  } else {
    if (url.pathname === '/jwks') asked += 1;
    answer(request, response);
  }
});

console.log(issuer);
// It ends with the test that started it.
process.stdin.on('end', () => process.exit()).resume();
