import { once } from 'node:events';
import { createServer } from 'node:http';

const pair = (generation) => ({
  access_token: `access-${generation}`,
  token_type: 'Bearer',
  expires_in: 900,
  refresh_token: `refresh-${generation}`,
  refresh_token_expires_in: 604_800,
  session_id: '0199c7a2-0000-7000-8000-000000000000',
});
const refusal = { error: 'token_expired', error_description: 'Access token has expired' };
const refusalHeaders = {
  'x-auth-error': 'token_expired',
  'www-authenticate': 'Bearer error="invalid_token"',
};

/** A server whose first access token is refused: routes and what they answer. */
function answerTo({ method, url, headers }) {
  switch (`${method} ${url}`) {
    case 'POST /auth/login':
      return [200, pair(0)];
    case 'POST /auth/token/refresh':
      return [200, pair(1)];
    case 'POST /auth/logout':
      return [200, {}];
    case 'GET /profile':
      return headers.authorization === 'Bearer access-1'
        ? [200, { name: 'ann' }]
        : [401, refusal, refusalHeaders];
    default:
      return [404, {}];
  }
}

/** Listens on a free port while `use` runs. @param use is told the address */
export async function withServer(use) {
  const server = createServer((request, response) => {
    const [status, body, headers = {}] = answerTo(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What `visit` returns when the client did its work. */
export const VISITED = '200 {"name":"ann"} signedOut function';
