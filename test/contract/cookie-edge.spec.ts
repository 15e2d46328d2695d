import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { CookieOptions } from 'nestjs-baton';
import { type Host, PASSWORD, PLATFORMS, type Platform, startHost } from '../host/start-host.js';
import { QuickUsers } from '../host/quick-users.js';

const COOKIE = { 'x-auth-transport': 'cookie' };
const PAGE = 'https://api.example.com';
const BEHIND_TLS = { ...COOKIE, 'x-forwarded-proto': 'https', host: 'api.example.com' };

type Headings = Readonly<Record<string, string>>;

/** A host that believes what a proxy in front of it says. */
function behindProxy(platform: Platform, cookies: CookieOptions): Promise<Host> {
  const adapter =
    platform === 'fastify' ? new FastifyAdapter({ trustProxy: true }) : new ExpressAdapter();
  const trust = (app: INestApplication) => {
    if (adapter instanceof ExpressAdapter) adapter.set('trust proxy', true);
    app.useLogger(false);
  };
  return startHost({ users: new QuickUsers(), adapter, auth: { cookies }, configure: trust });
}

const login = (host: Host, headers: Headings) =>
  host.http().post('/auth/login').set(headers).send({ username: 'ann', password: PASSWORD });
const refresh = (host: Host, headers: Headings) =>
  host.http().post('/auth/token/refresh').set(headers);

function cookiesOf(answer: { headers: Record<string, unknown> }): string[] {
  return [answer.headers['set-cookie'] ?? []].flat().map(String);
}

function pairOf(answer: { headers: Record<string, unknown> }): string {
  return cookiesOf(answer)[0]?.split(';', 1)[0] ?? '';
}

/** How a cookie is taken away. */
const cleared = (domain: string, path: string) =>
  `__Secure-baton_refresh=; Max-Age=0;${domain} Path=${path}; HttpOnly; Secure; SameSite=Strict`;

/** What an application warns of while somebody logs in twice. */
const warningsOf = async (cookies: CookieOptions, headers: Headings = {}): Promise<string[]> => {
  const warnings: string[] = [];
  const logger = { log() {}, error() {}, warn: (text: string) => warnings.push(text) };
  const host = await startHost({
    users: new QuickUsers(),
    auth: { cookies },
    configure: (app) => app.useLogger(logger),
  });
  for (let times = 0; times < 2; times += 1) await login(host, { ...COOKIE, ...headers });
  await host.close();
  return warnings;
};
/** @see issue 11 */
describe.each(PLATFORMS)('the cookie on %s', (platform) => {
  const started = new Set<Host>();
  const start = async (cookies: CookieOptions): Promise<Host> => {
    const host = await behindProxy(platform, cookies);
    started.add(host);
    return host;
  };
  afterEach(async () => {
    for (const host of started) await host.close();
    started.clear();
  });

  it('is Secure on HTTPS though plain HTTP is allowed, and is not on plain HTTP', async () => {
    const host = await start({ allowPlainHttp: true });
    expect(cookiesOf(await login(host, BEHIND_TLS))[0]).toMatch(
      /^__Secure-baton_refresh=eyJ[\w.-]+; Max-Age=604800; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(cookiesOf(await login(host, COOKIE))[0]).toMatch(
      /^baton_refresh=.*; HttpOnly; SameSite/,
    );
  });

  it('is Secure on plain HTTP unless that is allowed', async () => {
    const host = await start({});
    expect(cookiesOf(await login(host, COOKIE))[0]).toMatch(/^__Secure-baton_refresh=.*; Secure;/);
  });

  it('has the path and the SameSite that the application gives, when it is cleared as well', async () => {
    const host = await start({ path: '/api/auth', sameSite: 'lax' });
    const set = await login(host, COOKIE);
    expect(cookiesOf(set)[0]).toMatch(/; Path=\/api\/auth; HttpOnly; Secure; SameSite=Lax$/);
    const out = await host
      .http()
      .post('/auth/logout')
      .set({ ...COOKIE, cookie: pairOf(set) });
    expect(cookiesOf(out)).toEqual([
      '__Secure-baton_refresh=; Max-Age=0; Path=/api/auth; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('is Secure and Partitioned for pages of another site, on plain HTTP too', async () => {
    const host = await start({ sameSite: 'none', allowPlainHttp: true });
    const set = await login(host, COOKIE);
    const attributes = '; HttpOnly; Secure; Partitioned; SameSite=None';
    expect(cookiesOf(set)[0]).toMatch(new RegExp(`^__Secure-baton_refresh=.*${attributes}$`));
    const out = await host
      .http()
      .post('/auth/logout')
      .set({ ...COOKIE, cookie: pairOf(set) });
    expect(cookiesOf(out)[0]).toContain(`Max-Age=0; Path=/auth${attributes}`);
  });

  it.each([
    ['another scheme', 'http://api.example.com'],
    ['another port', 'https://api.example.com:8443'],
    ['null', 'null'],
    ['a stranger', 'https://evil.example.com'],
  ])('is neither given to a page of %s nor taken from it', async (_what, origin) => {
    const host = await start({ origins: ['https://app.example.com'] });
    const answer = await login(host, { ...BEHIND_TLS, origin });
    expect([answer.status, typeof answer.body.refresh_token]).toEqual([200, 'string']);
    expect(cookiesOf(answer)).toEqual([]);
    const cookie = pairOf(await login(host, BEHIND_TLS));
    const taken = await refresh(host, { ...BEHIND_TLS, origin, cookie });
    expect(taken.body.error_description).toBe('Refresh token is missing');
  });

  it.each([
    ['its own', PAGE, BEHIND_TLS],
    ['a listed', 'https://app.example.com', BEHIND_TLS],
    ['an app’s', 'capacitor://localhost', BEHIND_TLS],
    [
      'its own, as the proxy says',
      'https://www.example.com',
      { ...COOKIE, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'www.example.com' },
    ],
  ])('is given to a page of %s origin, and taken from it', async (_what, origin, headers) => {
    const host = await start({ origins: ['https://app.example.com', 'capacitor://localhost'] });
    const set = await login(host, { ...headers, origin });
    expect(set.body).not.toHaveProperty('refresh_token');
    const next = await refresh(host, { ...headers, origin, cookie: pairOf(set) });
    expect(next.status).toBe(200);
  });

  describe('that came twice', () => {
    const EVERYWHERE = ['', ' Domain=api.example.com;', ' Domain=example.com;'].flatMap((domain) =>
      ['/auth', '/', '/auth/token', '/auth/token/refresh'].map((path) => cleared(domain, path)),
    );

    it.each([
      ['first', (genuine: string) => `${genuine}; __Secure-baton_refresh=tossed`],
      ['second', (genuine: string) => `__Secure-baton_refresh=tossed; a=b; ${genuine}`],
      ['both times', (genuine: string) => `${genuine}; ${genuine}`],
      ['beside an empty one', (genuine: string) => `__Secure-baton_refresh=; ${genuine}`],
    ])('is none, and is taken away wherever it may be: the genuine one %s', async (_what, toss) => {
      const host = await start({});
      const genuine = pairOf(await login(host, BEHIND_TLS));
      const answer = await refresh(host, { ...BEHIND_TLS, cookie: toss(genuine) });
      expect(answer.body.error_description).toBe('Refresh token is missing');
      expect(cookiesOf(answer).toSorted()).toEqual(EVERYWHERE.toSorted());
      expect((await refresh(host, { ...BEHIND_TLS, cookie: genuine })).status).toBe(200);
    });

    it('is none at a logout as well', async () => {
      const host = await start({});
      const genuine = pairOf(await login(host, BEHIND_TLS));
      const cookie = `${genuine}; __Secure-baton_refresh=tossed`;
      const out = await host
        .http()
        .post('/auth/logout')
        .set({ ...BEHIND_TLS, cookie });
      expect(out.body.error).toBe('missing_token');
      expect(cookiesOf(out)).toContain(cleared(' Domain=example.com;', '/'));
      expect((await refresh(host, { ...BEHIND_TLS, cookie: genuine })).status).toBe(200);
    });

    it('is taken away by a login, which sets one', async () => {
      const host = await start({});
      const cookie = '__Secure-baton_refresh=a; __Secure-baton_refresh=b';
      const set = cookiesOf(await login(host, { ...BEHIND_TLS, cookie }));
      expect(set).toContain(cleared(' Domain=example.com;', '/auth'));
      expect(set.at(-1)).toMatch(/^__Secure-baton_refresh=eyJ/);
    });

    it('stays where a foreign page asks', async () => {
      const host = await start({});
      const cookie = '__Secure-baton_refresh=a; __Secure-baton_refresh=b';
      const origin = 'https://evil.example.com';
      expect(cookiesOf(await refresh(host, { ...BEHIND_TLS, cookie, origin }))).toEqual([]);
    });
  });

  it('of which a byte is spelt otherwise is no token', async () => {
    const host = await start({});
    const genuine = pairOf(await login(host, BEHIND_TLS));
    const answer = await refresh(host, { ...BEHIND_TLS, cookie: genuine.replace('.', '%2E') });
    expect(answer.body.error).toBe('invalid_token');
  });
});

describe('pages of another site', () => {
  const origin = 'https://app.example.org';
  const crossSite = { origin, 'sec-fetch-site': 'cross-site' };

  it('are told of once, at their first login by cookie, with what they need', async () => {
    const warnings = await warningsOf({ origins: [origin] }, crossSite);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/app\.example\.org .* another site.*AUTH_COOKIE_SAMESITE=none/);
  });

  it.each([
    ['strict' as const, [expect.stringMatching(/SameSite=strict.*app\.example\.org.*'none'/)]],
    ['none' as const, []],
  ])('may be listed: the start says what they need then, under %s', async (sameSite, told) => {
    const lines: string[] = [];
    const logger = { log: (text: string) => lines.push(text), error() {}, warn() {} };
    const host = await startHost({
      users: new QuickUsers(),
      auth: { cookies: { origins: [origin], sameSite } },
      configure: (app) => app.useLogger(logger),
    });
    await host.close();
    expect(lines.filter((line) => line.includes('SameSite'))).toEqual(told);
  });

  it('are told of at the start where they are an app’s', async () => {
    const warnings = await warningsOf({ origins: ['tauri://localhost'] });
    expect(warnings.join()).toMatch(/tauri:\/\/localhost .* another site/);
  });

  it.each([
    ['that have what they need', { origins: [origin], sameSite: 'none' as const }, crossSite],
    ['of the same site', { origins: [origin] }, { origin, 'sec-fetch-site': 'same-site' }],
    ['that get no cookie', {}, crossSite],
  ])('are not told of: those %s', async (_what, cookies, headers) => {
    expect(await warningsOf(cookies, headers)).toEqual([]);
  });
});
