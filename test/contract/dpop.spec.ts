import { decodeJwt } from 'jose';
import { KeyHolder } from '../host/key-holder.js';
import { TurnedClock } from '../host/turned-clock.js';
import {
  eventsOf,
  getMeWith,
  isAliveWith,
  loginWith,
  refreshWith,
  refreshingWith,
  sendWith,
} from './dpop-vocabulary.js';
import {
  EXPIRED_REFRESH,
  INVALID_ACCESS,
  answer,
  error,
  getMe,
  isAlive,
  login,
  onEveryHost,
  postLogin,
  postRefresh,
  refresh,
  refreshing,
  revokedFor,
  rowOf,
} from './vocabulary.js';

const clock = new TurnedClock();
const OWNER = new KeyHolder(clock);
const STRANGER = new KeyHolder(clock);
const MISSING = error(401, 'invalid_dpop_proof', 'The DPoP proof is missing');
const OTHER_KEY = error(
  401,
  'invalid_dpop_proof',
  'The DPoP proof is by another key than the session is bound to',
);
const REPLAYED = error(401, 'invalid_dpop_proof', 'The DPoP proof was used before');
const AS_BEARER = error(401, 'invalid_dpop_proof', 'The access token takes the scheme DPoP');

onEveryHost({ auth: { dpop: 'allowed', clock } }, (stage) => {
  it.each(['ES256', 'EdDSA', 'RS256'] as const)(
    'a login with a proof by a key for %s opens a session that is bound to that key',
    async (alg) => {
      const holder = new KeyHolder(clock, alg);
      const pair = await loginWith(holder, stage.host);
      const cnf = { jkt: await holder.jkt() };
      expect(pair.token_type).toBe('DPoP');
      expect(decodeJwt(pair.access_token)).toMatchObject({ cnf });
      expect(decodeJwt(pair.refresh_token)).toMatchObject({ cnf });
      expect((await rowOf(stage.host, pair)).jkt).toBe(cnf.jkt);
      expect(await isAliveWith(holder, stage.host, pair)).toBe(true);
    },
  );

  it('a login without one opens a bearer’s, which nobody asks for proofs', async () => {
    const pair = await login(stage.host);
    expect(pair.token_type).toBe('Bearer');
    expect(decodeJwt(pair.access_token)).not.toHaveProperty('cnf');
    expect((await rowOf(stage.host, pair)).jkt).toBeNull();
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('a refresh hands the binding on', async () => {
    const first = await loginWith(OWNER, stage.host);
    const second = await refreshWith(OWNER, stage.host, first.refresh_token);
    expect(second).toMatchObject({ token_type: 'DPoP', session_id: first.session_id });
    expect(decodeJwt(second.access_token)).toMatchObject({
      gen: 1,
      cnf: { jkt: await OWNER.jkt() },
    });
    expect(await isAliveWith(OWNER, stage.host, second)).toBe(true);
  });

  it('a stale copy of the holder’s gets a new pair, and says how far it was behind', async () => {
    const first = await loginWith(OWNER, stage.host);
    let live = first;
    for (let gap = 0; gap < 5; gap += 1) {
      live = await refreshWith(OWNER, stage.host, live.refresh_token);
      await getMeWith(OWNER, stage.host, live.access_token);
    }
    clock.turn(60);
    const events = await eventsOf(stage.host, async () => {
      const caughtUp = await refreshWith(OWNER, stage.host, first.refresh_token);
      expect(decodeJwt(caughtUp.refresh_token)).toMatchObject({ gen: 6 });
      expect(await isAliveWith(OWNER, stage.host, caughtUp)).toBe(true);
    });
    const { session_id: sessionId } = first;
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'session.stale_copy',
        sessionId,
        generation: 0,
        distance: 5,
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'session.refreshed', how: 'catchUp', generation: 6 }),
    );
    // The one that was overtaken is nobody's theft either.
    expect(await isAliveWith(OWNER, stage.host, live)).toBe(true);
  });

  it('32 copies of different ages go on at the same moment', async () => {
    const copies = [await loginWith(OWNER, stage.host)];
    for (let age = 0; age < 3; age += 1) {
      const [newest] = copies.slice(-1);
      copies.push(await refreshWith(OWNER, stage.host, newest?.refresh_token ?? ''));
    }
    const storm = Array.from({ length: 32 }, (_, index) => copies[index % copies.length]);
    const answers = await Promise.all(
      storm.map((copy) => refreshingWith(OWNER, stage.host, copy?.refresh_token ?? '')),
    );
    expect(answers.map(({ status }) => status)).toEqual(storm.map(() => 200));
    const [first] = copies;
    expect(first && (await isAliveWith(OWNER, stage.host, first))).toBe(true);
  });

  describe('a thief who has every token and no key', () => {
    it('gets nothing, ends nothing, and is told of', async () => {
      const first = await loginWith(OWNER, stage.host);
      const live = await refreshWith(OWNER, stage.host, first.refresh_token);
      const { host } = stage;
      const events = await eventsOf(host, async () => {
        for (const { refresh_token, access_token } of [first, live]) {
          expect(await refreshing(host, refresh_token)).toEqual(MISSING);
          expect(await refreshingWith(STRANGER, host, refresh_token)).toEqual(OTHER_KEY);
          expect(await answer(getMe(host, access_token))).toEqual(AS_BEARER);
          expect(await answer(getMeWith(STRANGER, host, access_token))).toEqual(OTHER_KEY);
        }
      });
      expect(events.map(({ type }) => type)).toEqual(Array(8).fill('session.proof_refused'));
      expect(events[0]).toMatchObject({
        sessionId: first.session_id,
        token: 'refresh',
        fault: 'missing',
        ip: '127.0.0.1',
      });
      expect(events[2]).toMatchObject({ token: 'access', fault: 'scheme' });
      expect(events[3]).toMatchObject({ token: 'access', fault: 'other_key' });
      expect(await isAliveWith(OWNER, host, live)).toBe(true);
    });

    it('cannot log the owner out, by either token, here or everywhere', async () => {
      const pair = await loginWith(OWNER, stage.host);
      const { refresh_token, access_token: token } = pair;
      const { host } = stage;
      const logout = () => host.http().post('/auth/logout');
      const body = { refresh_token };
      expect(await answer(logout().send(body))).toEqual(MISSING);
      expect(await answer(logout().auth(token, { type: 'bearer' }))).toEqual(AS_BEARER);
      const by = (path: string, more: object) =>
        answer(sendWith(STRANGER, host, ['post', path], more));
      expect(await by('/auth/logout', { body })).toEqual(OTHER_KEY);
      expect(await by('/auth/logout', { token })).toEqual(OTHER_KEY);
      expect(await by('/auth/logout/all', { token })).toEqual(OTHER_KEY);
      expect(await by('/auth/logout/others', { token })).toEqual(OTHER_KEY);
      expect(await isAliveWith(OWNER, host, pair)).toBe(true);
    });

    it('cannot use a proof that he has seen', async () => {
      const pair = await loginWith(OWNER, stage.host);
      const { host } = stage;
      const proof = await OWNER.proof('GET', `${host.url}/auth/me`, pair.access_token);
      const seen = () =>
        host
          .http()
          .get('/auth/me')
          .set('Authorization', `DPoP ${pair.access_token}`)
          .set('DPoP', proof);
      expect((await seen()).status).toBe(200);
      expect(await answer(seen())).toEqual(REPLAYED);
      clock.turn(60);
      expect(await answer(seen())).toEqual(REPLAYED);
      clock.turn(1);
      expect((await seen()).status).toBe(401);
      expect(await isAliveWith(OWNER, host, pair)).toBe(true);
    });
  });

  it('the holder’s logout ends the session, by any token of it', async () => {
    const { host } = stage;
    const byRefreshToken = await loginWith(OWNER, host);
    await refreshWith(OWNER, host, byRefreshToken.refresh_token);
    const byAccessToken = await loginWith(OWNER, host);
    const { refresh_token } = byRefreshToken;
    const ended = await eventsOf(host, async () => {
      const first = await sendWith(OWNER, host, ['post', '/auth/logout'], {
        body: { refresh_token },
      });
      const token = byAccessToken.access_token;
      const second = await sendWith(OWNER, host, ['post', '/auth/logout'], { token });
      expect([first.status, second.status]).toEqual([204, 204]);
    });
    expect(ended.map(({ type }) => type)).toEqual(['session.revoked', 'session.revoked']);
    expect(await refreshingWith(OWNER, host, refresh_token)).toEqual(revokedFor('logout'));
  });

  it('an expired copy is refused to its holder, and ends nothing', async () => {
    const first = await loginWith(OWNER, stage.host);
    clock.turn(6 * 86_400);
    const live = await refreshWith(OWNER, stage.host, first.refresh_token);
    clock.turn(86_400);
    expect(await refreshingWith(OWNER, stage.host, first.refresh_token)).toEqual(EXPIRED_REFRESH);
    expect(await refreshWith(OWNER, stage.host, live.refresh_token)).toBeDefined();
  });

  it('a bearer’s token is no holder’s: with the scheme DPoP it is refused', async () => {
    const { access_token, refresh_token } = await login(stage.host);
    expect(await answer(getMeWith(OWNER, stage.host, access_token))).toEqual(INVALID_ACCESS);
    // A proof does not bind it afterwards, for a thief could bring one as well.
    expect((await refreshingWith(OWNER, stage.host, refresh_token)).body).toMatchObject({
      token_type: 'Bearer',
    });
  });

  it('the Idempotency-Key of a holder’s refresh hinders no sibling', async () => {
    const { refresh_token } = await loginWith(OWNER, stage.host);
    const proof = await OWNER.proof('POST', `${stage.host.url}/auth/token/refresh`);
    await postRefresh(stage.host, refresh_token, 'a-key-of-one-process').set('DPoP', proof);
    expect((await refreshingWith(OWNER, stage.host, refresh_token)).status).toBe(200);
  });

  it('a proof that is none refuses the login, whatever the password is', async () => {
    const refused = await answer(postLogin(stage.host).set('DPoP', 'no.proof.'));
    expect(refused.body).toMatchObject({ error: 'invalid_dpop_proof' });
  });

  it('bearers’ sessions are judged as ever beside them', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    expect((await refreshing(stage.host, first.refresh_token)).body).toMatchObject({
      error: 'token_reused',
    });
  });
});
