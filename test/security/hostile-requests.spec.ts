import type { TokenPairBody } from 'nestjs-baton';
import { isAlive, login, postLogin } from '../contract/vocabulary.js';
import { QuickUsers } from '../host/quick-users.js';
import { recordingLog } from '../host/recording-log.js';
import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { statusesOf } from './raw-request.js';

const ROUTES = ['login', 'token/refresh', 'logout'] as const;

/** What somebody hopes that an interpreter behind us takes for its own language. */
const INJECTIONS = [
  ['SQL that is always true', "' OR '1'='1"],
  ['SQL that drops the table', "'; DROP TABLE refresh_tokens; --"],
  ['SQL that waits', "' || pg_sleep(10) --"],
  ['a backslash before a quote', "\\' OR 1=1 --"],
  ['an operator of MongoDB as text', '{"$ne":null}'],
  ['LDAP', '*)(uid=*))(|(uid=*'],
  ['a shell', '$(sleep 10)`sleep 10`; sleep 10'],
  ['a template', '{{7*7}}${7*7}<%= 7*7 %>'],
  ['a look-up of Log4j', '${jndi:ldap://127.0.0.1:9/a}'],
  ['an entity of XML', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;'],
  ['a path', '../../../../etc/passwd'],
  ['a script', '"><script>alert(1)</script>'],
  ['a formula', "=cmd|'/C calc'!A0"],
  ['a format', '%s%s%n%d'],
] as const;

/** JSON that is none, or that a careless parser or merge makes something else of. */
const BODIES = [
  ['cut off', '{"username":"ann"'],
  ['a trailing comma', '{"username":"ann",}'],
  ['single quotes', "{'username':'ann'}"],
  ['a comment', '{/* */"username":"ann"}'],
  ['NaN', '{"username":NaN}'],
  ['two values', '{} {}'],
  ['fifty thousand brackets', '['.repeat(50_000)],
  ['deep objects', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)],
  ['a prototype', '{"__proto__":{"username":"ann","refresh_token":"a","isAdmin":true}}'],
  ['a prototype by its constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
  [
    'names that every object has',
    '{"username":{"toString":"a"},"password":{"valueOf":1},"refresh_token":{"length":9}}',
  ],
  [
    'operators of a query',
    '{"username":{"$gt":""},"password":{"$gt":""},"refresh_token":{"$ne":""}}',
  ],
  ['a list of candidates', '{"username":"ann","password":["a","b"],"refresh_token":["a"]}'],
  ['a number that is infinite', '{"username":1e999,"password":1e999,"refresh_token":1e999}'],
  [
    'half a surrogate pair',
    '{"username":"\\ud800","password":"\\udfff","refresh_token":"\\ud800"}',
  ],
  ['a NUL', '{"username":"a\\u0000","password":"a","refresh_token":"a\\u0000"}'],
  ['another encoding of text', '\u00ff\u00fe{\u0000}\u0000'],
] as const;

const post = (headers: string, body = '{}'): string =>
  `POST /auth/token/refresh HTTP/1.1\r\nConnection: close\r\n${headers}\r\n\r\n${body}`;

/** RFC 9112, each of them against the letter or at its edge. */
const MALFORMED = [
  ['no host', post('Content-Length: 2')],
  ['two hosts', post('Host: a\r\nHost: b\r\nContent-Length: 2')],
  ['two lengths', post('Host: a\r\nContent-Length: 2\r\nContent-Length: 3')],
  ['a negative length', post('Host: a\r\nContent-Length: -2')],
  ['a length in hexadecimal', post('Host: a\r\nContent-Length: 0x2')],
  [
    'a length and chunks (request smuggling)',
    post('Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  ],
  ['chunks, disguised', post('Host: a\r\nTransfer-Encoding: xchunked')],
  ['chunks, twice', post('Host: a\r\nTransfer-Encoding: chunked, identity')],
  [
    'a chunk with no number',
    post('Host: a\r\nTransfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n'),
  ],
  ['a folded header', post('Host: a\r\nX-A: b\r\n  c: d\r\nContent-Length: 2')],
  ['a blank before the colon', post('Host: a\r\nContent-Length : 2')],
  ['a header without a colon', post('Host: a\r\nnothing')],
  ['a NUL in a header', post('Host: a\r\nX-A: \0\r\nContent-Length: 2')],
  ['a bare carriage return', post('Host: a\r\nX-A: b\rX-B: c\r\nContent-Length: 2')],
  ['headers of 100 kB', post(`Host: a\r\nX-A: ${'a'.repeat(100_000)}`)],
  ['another protocol', 'EHLO localhost\r\n\r\n'],
  ['no version', 'GET /auth/me\r\n\r\n'],
  ['a version of the future', 'GET /auth/me HTTP/9.9\r\nHost: a\r\n\r\n'],
  ['an unknown method', 'HACK /auth/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  [
    'a path that does not decode',
    'GET /auth/sessions/%ff%c0%af HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ],
  [
    'a path that climbs',
    'GET /auth/../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ],
  ['bytes of TLS', Buffer.from('16030100a5010000a10303', 'hex')],
] as const;

const TRICKS = [
  ['a method in a header', { 'X-HTTP-Method-Override': 'DELETE' }],
  ['another path in a header', { 'X-Original-URL': '/auth/login', 'X-Rewrite-URL': '/auth/login' }],
  [
    'a host of the attacker’s',
    { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
  ],
  ['an address of the server’s own', { 'X-Forwarded-For': '127.0.0.1', 'X-Real-IP': '127.0.0.1' }],
  ['a user in a header', { 'X-User': 'ann', 'X-Forwarded-User': 'ann', 'Remote-User': 'ann' }],
  ['Basic', { Authorization: `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}` }],
  ['Bearer with nothing', { Authorization: 'Bearer' }],
  ['Bearer with a blank', { Authorization: 'Bearer  ' }],
  ['Bearer null', { Authorization: 'Bearer null' }],
  ['Bearer undefined', { Authorization: 'Bearer undefined' }],
  ['Bearer [object Object]', { Authorization: 'Bearer [object Object]' }],
  ['two schemes', { Authorization: 'Bearer a, Basic b' }],
  ['DPoP without a proof', { Authorization: 'DPoP a' }],
  ['a cookie for a token', { Cookie: 'access_token=a; baton_refresh=a; session=a' }],
  ['a cookie of the prototype', { Cookie: '__proto__=a; constructor=b; toString=c' }],
] as const;

const isRefusal = (status: number): boolean => status >= 400 && status < 500;

describe.each(PLATFORMS)('with %s, a hostile request', (platform) => {
  const { lines, configure } = recordingLog();
  let host: Host;
  let bystander: TokenPairBody;

  beforeAll(async () => {
    const attempts = false;
    host = await startHost({ platform, users: new QuickUsers(), auth: { attempts }, configure });
    bystander = await login(host, { username: 'bob' });
  });
  afterAll(() => host.close());

  const sent = (route: string, body: string) =>
    host.http().post(`/auth/${route}`).type('json').send(body);

  describe.each(['username', 'password', 'refresh_token'] as const)('in %s', (field) => {
    it.each(INJECTIONS)('is text and nothing else, and is refused: %s', async (_what, text) => {
      const route = field === 'refresh_token' ? 'token/refresh' : 'login';
      const body = { username: 'ann', password: PASSWORD, [field]: text };
      expect((await sent(route, JSON.stringify(body))).status).toBe(401);
    });
  });

  it.each(INJECTIONS)('in the device’s name is kept as it was sent: %s', async (_what, text) => {
    const { status, body } = await postLogin(host, { device_name: text });
    expect(status).toBe(200);
    const shown = await host
      .http()
      .get('/auth/sessions')
      .auth(body.access_token, { type: 'bearer' });
    expect(shown.type).toBe('application/json');
    expect(JSON.stringify(shown.body)).toContain(JSON.stringify(text));
  });

  it.each(INJECTIONS)('in the id of a session ends none: %s', async (_what, text) => {
    const path = `/auth/sessions/${encodeURIComponent(text)}`;
    const { status } = await host
      .http()
      .delete(path)
      .auth(bystander.access_token, { type: 'bearer' });
    expect(status).toBe(404);
  });

  describe.each(ROUTES)('to %s', (route) => {
    it.each(BODIES)('is refused, with a body that is or has %s', async (_what, body) => {
      const { status } = await sent(route, body);
      expect({ status, isRefusal: isRefusal(status) }).toEqual({ status, isRefusal: true });
      expect({}).not.toHaveProperty('isAdmin');
      expect({}).not.toHaveProperty('username');
    });
  });

  it.each(MALFORMED)('is refused, malformed by %s', async (_what, bytes) => {
    const statuses = await statusesOf(host.url, bytes);
    // Two where the body breaks off in the middle: Fastify answers for the connection, and for the request.
    expect(statuses.filter((status) => !isRefusal(status))).toEqual([]);
  });

  it.each(TRICKS)('opens no guarded route with %s', async (_what, headers) => {
    expect((await host.http().get('/auth/me').set(headers)).status).toBe(401);
  });

  it('writes no line of its own into the log', async () => {
    await postLogin(host, { username: 'ann\n[Nest] ERROR all is lost', password: 'wrong' });
    expect(lines.join('\n')).not.toContain('all is lost');
  });

  it('tells a name that exists from one that does not by nothing in its answer', async () => {
    const wrong = await postLogin(host, { password: 'wrong' });
    const unknown = await postLogin(host, { username: 'nobody', password: 'wrong' });
    expect(unknown.status).toBe(wrong.status);
    expect(unknown.text).toBe(wrong.text);
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(wrong.headers));
  });

  it('has fixed no session: a login is given tokens of its own, whatever it brings', async () => {
    const { body } = await postLogin(host, { ...bystander, session_id: bystander.session_id });
    expect(body.session_id).not.toBe(bystander.session_id);
    expect(body.refresh_token).not.toBe(bystander.refresh_token);
  });

  it('of another user ends no session of the bystander’s', async () => {
    const { access_token } = await login(host);
    const path = `/auth/sessions/${bystander.session_id}`;
    const { status } = await host.http().delete(path).auth(access_token, { type: 'bearer' });
    expect(status).toBe(404);
  });

  it('of any of these kinds has harmed no session of a bystander', async () => {
    expect(await isAlive(host, bystander)).toBe(true);
  });
});
