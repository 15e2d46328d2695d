import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { SqlAdapter } from './adapter.js';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  format: 'jwk',
});

const provider = new Provider('http://127.0.0.1', {
  adapter: SqlAdapter,
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  jwks: { keys: [{ ...key, alg: 'RS256', use: 'sig', kid: 'bench' }] },
  cookies: { keys: ['a key for cookies'] },
  features: { devInteractions: { enabled: false } },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  ttl: { AccessToken: 900, RefreshToken: 604_800, Grant: 2_592_000, IdToken: 900 },
  findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});

/**
 * A session as the end of an authorization code flow leaves it, without the browser: a grant and a refresh
 * token. The scope has no `openid` in the refresh, so that no RSA signature is made for an ID token.
 */
async function login(response) {
  const client = await provider.Client.find('bench');
  const grant = new provider.Grant({ accountId: 'ann', clientId: 'bench' });
  grant.addOIDCScope('openid offline_access');
  const grantId = await grant.save();
  const common = {
    accountId: 'ann',
    client,
    grantId,
    gty: 'authorization_code',
    scope: 'openid offline_access',
  };
  const refresh = new provider.RefreshToken({ ...common, rotations: 0, claims: {} });
  const access = new provider.AccessToken({ ...common, claims: {} });
  const pair = { access_token: await access.save(), refresh_token: await refresh.save() };
  const text = JSON.stringify(pair);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
  response.end(text);
}

const handler = provider.callback();
const server = createServer((request, response) => {
  if (request.url === '/bench/login')
    return void login(response).catch((error) => {
      response.writeHead(500).end(String(error?.stack));
    });
  handler(request, response);
});

provider.on('server_error', (_context, error) => console.error(error));
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
