import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { type Answer, bearer, call, get, post, signUp } from './vocabulary.js';

let server: InProcessServer;
const url = (path: string): string => `${server.url}${path}`;

beforeAll(async () => {
  server = await startInProcess({ AUTH_ORIGINS: 'https://app.example.com' });
});
afterAll(stopAll);

function expectShape(body: Readonly<Record<string, unknown>>, code: string): void {
  expect(body).toEqual({ error: code, error_description: expect.any(String) });
}

/** In the body and, so that a client knows it for ours, in the header. */
function expectMarked(answer: Pick<Answer, 'body' | 'headers'>, code: string): void {
  expectShape(answer.body, code);
  expect(answer.headers.get('x-auth-error')).toBe(code);
}

async function send(body: string | Uint8Array, type: string, path = '/auth/login') {
  const headers = { 'content-type': type };
  const response = await fetch(url(path), { method: 'POST', headers, body: Buffer.from(body) });
  const answer: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, body: answer };
}

/** A body of exactly so many bytes. */
function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ refresh_token: '' });
  return JSON.stringify({ refresh_token: 'x'.repeat(bytes - empty.length) });
}

describe('errors', () => {
  it.each([
    ['GET', '/nowhere'],
    ['GET', '/auth/login'],
    ['PUT', '/auth/me'],
    ['POST', '/health'],
    ['DELETE', '/auth/sessions'],
  ])('are 404 not_found for an unknown route or method: %s %s', async (method, path) => {
    const answer = await call(method, url(path));
    expect(answer.status).toBe(404);
    expectMarked(answer, 'not_found');
    expect(answer.text).not.toContain(path);
  });

  it.each([
    ['malformed JSON', '{"username":', 'application/json'],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"username":"\xff","password":"x"}', 'latin1'),
      'application/json',
    ],
    ['a form', 'username=ann&password=x', 'application/x-www-form-urlencoded'],
    ['text', '{"username":"ann","password":"x"}', 'text/plain'],
  ])('are 400 invalid_request for %s', async (_what, body, type) => {
    const answer = await send(body, type);
    expect(answer.status).toBe(400);
    expectMarked(answer, 'invalid_request');
  });

  it('are 413 payload_too_large for a body over 16 KiB, and not for one of 16 KiB', async () => {
    const over = await send(bodyOf(16_385), 'application/json', '/auth/token/refresh');
    expect(over.status).toBe(413);
    expectMarked(over, 'payload_too_large');
    const at = await send(bodyOf(16_384), 'application/json', '/auth/token/refresh');
    expect(at.status).toBe(401);
  });

  it.each([
    '/auth/sessions/%zz',
    '/%00',
    `/auth/sessions/${'x'.repeat(300)}`,
    '/auth/sessions/%00',
  ])('never show a stack or repeat the URL: %s', async (path) => {
    const { pair } = await signUp(server.url);
    const answer = await call('DELETE', url(path), undefined, bearer(pair['access_token']));
    expect([400, 404]).toContain(answer.status);
    expectMarked(answer, answer.status === 404 ? 'not_found' : 'invalid_request');
  });

  it('take no offence at an empty body with a content type', async () => {
    const { pair } = await signUp(server.url);
    const headers = { ...bearer(pair['access_token']), 'content-type': 'application/json' };
    const response = await fetch(url('/auth/logout'), { method: 'POST', headers });
    expect(response.status).toBe(204);
  });
});

describe('GET /health', () => {
  it('answers 200 with a status', async () => {
    const answer = await get(url('/health'));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({ status: 'ok', clock_offset_ms: expect.any(Number) });
  });
});

describe('the OpenAPI document', () => {
  it('describes every route of the contract with its answers and errors', async () => {
    const { body } = await get(url('/docs-json'));
    expect(Object.keys(body['paths'] ?? {}).toSorted()).toEqual([
      '/.well-known/jwks.json',
      '/auth/login',
      '/auth/logout',
      '/auth/logout/all',
      '/auth/logout/others',
      '/auth/me',
      '/auth/sessions',
      '/auth/sessions/{id}',
      '/auth/token/refresh',
      '/health',
      '/health/live',
      '/users',
      '/users/me/password',
    ]);
    expect(body).toHaveProperty(['components', 'securitySchemes', 'bearer', 'scheme'], 'bearer');
    const refresh = ['paths', '/auth/token/refresh', 'post', 'responses'];
    expect(body).toHaveProperty([...refresh, '200', 'content', 'application/json', 'schema']);
    expect(body).toHaveProperty([...refresh, '401', 'content', 'application/json', 'examples']);
    expect(body).toHaveProperty(
      [...refresh, '409', 'headers', 'X-Auth-Error', 'schema', 'enum'],
      ['session_mismatch'],
    );
  });

  /** @see issue 11 */
  it.each(['/docs', '/docs-json', '/docs/swagger-ui.css'])(
    'is protected against foreign scripts, guesses of its type and frames at %s',
    async (path) => {
      const { status, headers } = await get(url(path));
      expect(status).toBe(200);
      expect(headers.get('content-security-policy')).toMatch(
        /script-src 'self';.*frame-ancestors 'none'/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
    },
  );

  /** @see issue 11 */
  it.each([
    ['on', {}, 200],
    ['off when told so', { AUTH_DOCS: 'off' }, 404],
    ['off in production', { NODE_ENV: 'production' }, 404],
    ['on in production when told so', { NODE_ENV: 'production', AUTH_DOCS: 'on' }, 200],
  ])('is %s', async (_what, variables, status) => {
    const other = await startInProcess(variables);
    for (const path of ['/docs', '/docs-json']) {
      expect((await get(`${other.url}${path}`)).status).toBe(status);
    }
    await other.stop();
  });

  it('is shown by Swagger UI at /docs', async () => {
    const answer = await get(url('/docs'));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('swagger-ui');
  });
});

describe('browsers', () => {
  it('may call from the origins in AUTH_ORIGINS, with credentials', async () => {
    const answer = await get(url('/health'), { origin: 'https://app.example.com' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('may read what errors say, and send what the routes ask for', async () => {
    const origin = 'https://app.example.com';
    const answer = await post(url('/auth/token/refresh'), {}, { origin });
    expect(answer.headers.get('x-auth-error')).toBe('invalid_request');
    const exposed = answer.headers.get('access-control-expose-headers');
    expect(exposed?.split(', ').toSorted()).toEqual([
      'DPoP-Nonce',
      'Date',
      'Retry-After',
      'WWW-Authenticate',
      'X-Auth-Error',
    ]);
    const asked = 'authorization, content-type, idempotency-key, x-auth-session, x-auth-transport';
    const preflight = await call('OPTIONS', url('/auth/logout'), undefined, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    });
    expect(preflight.headers.get('access-control-allow-headers')).toBe(asked);
  });

  it('may not call from any other', async () => {
    const answer = await get(url('/health'), { origin: 'https://evil.example.com' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
