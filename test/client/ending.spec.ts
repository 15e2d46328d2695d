import type { BatonEvents } from '../../src/client/index.js';
import { RefreshToken } from 'nestjs-baton';
import { IsNull } from 'typeorm';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import type { Treatment } from './bad-line.js';
import { withoutPauses } from './without-pauses.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
withoutPauses();

const letTokensEnd = () => api.host.clock.turn(900);
const WEEK = 604_800;

/** Signed in, with a list of the ends that were told. */
async function watched(storage = memoryStorage()) {
  const baton = await api.signedIn({ storage });
  const ends: BatonEvents['signedOut'][] = [];
  baton.on('signedOut', (end) => ends.push(end));
  return { baton, ends, storage };
}

describe('a session ends', () => {
  it('when the server says that it was revoked, and the reason is passed on', async () => {
    const { baton, ends } = await watched();
    const { sessionId } = baton.getState();
    const me = await baton.fetch('/auth/me');
    await api.host
      .http()
      .post('/auth/logout/all')
      .set('authorization', await bearer(baton));
    expect(me.status).toBe(200);
    expect((await baton.fetch('/auth/me')).status).toBe(401);
    expect(ends).toEqual([{ sessionId, reason: 'session_revoked', detail: 'logout' }]);
    expect(baton.getState()).toEqual({ status: 'signedOut', sessionId: null });
  });

  it('when the refresh token has expired', async () => {
    const { baton, ends } = await watched();
    api.host.clock.turn(WEEK);
    await baton.fetch('/auth/me');
    expect(ends).toMatchObject([{ reason: 'token_expired' }]);
  });

  it.each([
    'token_expired',
    'invalid_token',
    'token_reused',
    'session_revoked',
    'max_uses_reached',
  ])('by the code %s of the refresh route', async (error) => {
    const { baton, ends, storage } = await watched();
    letTokensEnd();
    const headers = { 'x-auth-error': error };
    api.line.treat = ({ path }) =>
      path === '/auth/token/refresh' ? { status: 401, headers } : 'pass';
    await baton.fetch('/auth/me');
    expect(ends).toMatchObject([{ reason: error }]);
    expect(await storage.read()).not.toContain('eyJ');
  });
});

describe('nobody is signed out by', () => {
  it.each<[string, Treatment]>([
    ['a cut connection', 'before'],
    ['a lost answer', 'after'],
    ['half an answer', 'within'],
    ['a 500', { status: 500 }],
    ['a 503 of ours', { status: 503, body: '{"error":"unavailable","error_description":"x"}' }],
    ['a 429', { status: 429, headers: { 'retry-after': '1' } }],
    ["a proxy's 401", { status: 401, body: '<h1>Proxy</h1>' }],
    [
      "a gateway's 401 in our very words",
      {
        status: 401,
        body: '{"error":"invalid_token","error_description":"Invalid refresh token"}',
      },
    ],
    [
      'a 401 of ours with another code',
      { status: 401, headers: { 'x-auth-error': 'missing_token' } },
    ],
    ['a 403 with a code of ours', { status: 403, headers: { 'x-auth-error': 'invalid_token' } }],
    [
      'a 409 with a code for cookies',
      { status: 409, headers: { 'x-auth-error': 'session_mismatch' } },
    ],
    ['a 404', { status: 404 }],
    ["a captive portal's page", { status: 200, body: '<h1>Welcome</h1>' }],
    ["a captive portal's redirect", { status: 302, headers: { location: '/auth/me' } }],
    ['an answer that is half a pair', { status: 200, body: '{"access_token":"a"}' }],
    ['null', { status: 200, body: 'null' }],
  ])('%s', async (_what, treatment) => {
    const { baton, ends } = await watched();
    const { sessionId } = baton.getState();
    letTokensEnd();
    api.line.treat = ({ path }) => (path === '/auth/token/refresh' ? treatment : 'pass');
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
    expect(baton.getState()).toEqual({ status: 'signedIn', sessionId });
    api.line.treat = () => 'pass';
    api.wake();
    expect((await baton.fetch('/auth/me')).status).toBe(200);
    expect(baton.getState().sessionId).toBe(sessionId);
    expect(ends).toEqual([]);
  });
});

describe('signing out', () => {
  it('tells the server and leaves nothing behind', async () => {
    const { baton, ends, storage } = await watched();
    const authorization = await bearer(baton);
    await baton.signOut();
    expect(ends).toMatchObject([{ reason: 'sign_out' }]);
    expect(await storage.read()).toBeNull();
    const me = await api.host.http().get('/auth/me').set('authorization', authorization);
    expect(me.body.error).toBe('session_revoked');
    expect(await baton.getAccessToken()).toBeNull();
  });

  it('works offline, and the server is told by the next start', async () => {
    const { baton, storage } = await watched();
    const authorization = await bearer(baton);
    api.line.treat = () => 'before';
    await baton.signOut();
    await baton.dispose();
    expect(baton.getState().status).toBe('signedOut');
    const me = () => api.host.http().get('/auth/me').set('authorization', authorization);
    expect((await me()).status).toBe(200);

    api.line.treat = () => 'pass';
    const next = api.client({ storage });
    expect(await next.getAccessToken()).toBeNull();
    await eventually(2_000, async () => (await storage.read()) === null);
    expect((await me()).status).toBe(401);
  });

  it('works offline, and the server is told once the network is back', async () => {
    const { baton, storage } = await watched();
    api.line.treat = () => 'before';
    await baton.signOut();
    api.line.treat = () => 'pass';
    const untold = await storage.read();
    api.wake();
    await eventually(2_000, async () => (await storage.read()) !== untold);
    expect(await storage.read()).toBeNull();
  });

  it.each([
    [429, 'too_many_attempts'],
    [503, 'unavailable'],
  ])('is told again where the server answers %i %s', async (status, code) => {
    const { baton, storage } = await watched();
    const authorization = await bearer(baton);
    const headers = { 'x-auth-error': code };
    api.line.treat = ({ path }) => (path === '/auth/logout' ? { status, headers } : 'pass');
    await baton.signOut();
    expect(await storage.read()).not.toBeNull();
    api.line.treat = () => 'pass';
    api.wake();
    await eventually(2_000, async () => (await storage.read()) === null);
    const me = await api.host.http().get('/auth/me').set('authorization', authorization);
    expect(me.status).toBe(401);
  });

  it('wins over a refresh under way', async () => {
    const { baton, ends, storage } = await watched();
    letTokensEnd();
    const held = api.line.hold('/auth/token/refresh');
    const request = baton.fetch('/auth/me');
    await held.arrived;
    await baton.signOut();
    expect((await request).status).toBe(401);
    held.letGo();
    expect(baton.getState().status).toBe('signedOut');
    expect(await storage.read()).toBeNull();
    expect(ends).toMatchObject([{ reason: 'sign_out' }]);
  });

  it('wins over a refresh under way in another process', async () => {
    const { baton, storage } = await watched();
    const other = api.client({ storage });
    await other.fetch('/auth/me');
    letTokensEnd();
    const held = api.line.hold('/auth/token/refresh');
    const request = other.fetch('/auth/me');
    await held.arrived;
    const signedOut = baton.signOut();
    const sessions = api.host.dataSource.getRepository(RefreshToken);
    await eventually(2_000, async () => (await sessions.countBy({ revokedAtMs: IsNull() })) === 0);
    held.letGo();
    await signedOut;
    expect((await request).status).toBe(401);
    expect(other.getState().status).toBe('signedOut');
    expect(await storage.read()).not.toContain('eyJ');
  });

  it('is over for another process at its next refresh, and told as such', async () => {
    const { baton, storage } = await watched();
    const other = api.client({ storage });
    await other.fetch('/auth/me');
    const reasons: string[] = [];
    other.on('signedOut', ({ reason }) => reasons.push(reason));
    await baton.signOut();
    expect((await other.fetch('/auth/me')).status).toBe(401);
    expect(reasons).toEqual(['elsewhere']);
    expect(refreshes(api)).toBe(0);
  });
});

it('a new sign-in ends the session before it', async () => {
  const { baton, ends } = await watched();
  const authorization = await bearer(baton);
  await baton.signIn(ANN);
  const me = () => api.host.http().get('/auth/me').set('authorization', authorization);
  await eventually(2_000, async () => (await me()).status === 401);
  expect(ends).toMatchObject([{ reason: 'elsewhere' }]);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});

it('nothing is left of how a former session ended', async () => {
  const storage = memoryStorage();
  const baton = await api.signedIn({ storage });
  letTokensEnd();
  const headers = { 'x-auth-error': 'session_revoked' };
  api.line.treat = ({ path }) =>
    path === '/auth/token/refresh' ? { status: 401, headers } : 'pass';
  expect(await baton.fetch('/auth/me').catch((error: unknown) => error)).toBeDefined();
  expect(baton.getState().status).toBe('signedOut');
  api.line.treat = () => 'pass';
  await baton.signIn(ANN);
  await baton.signOut();
  expect(await storage.read()).toBeNull();
});

async function bearer(baton: { getAccessToken(): Promise<string | null> }): Promise<string> {
  return `Bearer ${await baton.getAccessToken()}`;
}
