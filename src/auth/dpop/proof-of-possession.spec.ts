import { jest } from '@jest/globals';
import {
  CLAIMS,
  IP,
  NONCES,
  NOW_SECONDS,
  OWNER,
  STRANGER,
  TOKEN,
  boundClaims,
  clock,
  events,
  possessionWith,
  proved,
  provedFor,
  requestWith,
  told,
} from '../../../test/dpop/possession.js';
import { AuthError, InvalidDpopProofError, InvalidTokenError } from '../../errors.js';
import type { HttpRequest } from '../http-request.js';
import { UsedProofs } from './used-proofs.js';

const faultOf = async (task: () => unknown): Promise<unknown> => {
  try {
    await task();
    return 'none';
  } catch (error) {
    return error instanceof InvalidDpopProofError ? error.fault : error;
  }
};

describe('a new session', () => {
  it('is bound to the key that signed the proof', async () => {
    expect(await possessionWith().forNewSession(await proved(OWNER))).toBe(await OWNER.jkt());
  });

  it("is a bearer's without a proof, and where proofs are off with any", async () => {
    expect(await possessionWith().forNewSession(requestWith({}))).toBeNull();
    const off = possessionWith({ dpop: 'off' });
    expect(await off.forNewSession(requestWith({ dpop: 'nonsense' }))).toBeNull();
  });

  it.each([
    ['none where one is required', undefined, 'missing'],
    ['an empty one', '', 'missing'],
    ['nonsense', 'nonsense', 'invalid'],
    ['two', 'a.b.c, d.e.f', 'invalid'],
    ['two headers', ['a.b.c', 'd.e.f'], 'invalid'],
  ])('is refused with %s', async (_what, dpop, fault) => {
    const possession = possessionWith({ dpop: 'required' });
    expect(await faultOf(() => possession.forNewSession(requestWith({ dpop })))).toBe(fault);
  });

  it('takes a proof once', async () => {
    const possession = possessionWith();
    const { headers } = await proved(OWNER);
    await possession.forNewSession(requestWith(headers));
    const again = () => possession.forNewSession(requestWith(headers));
    expect(await faultOf(again)).toBe('replayed');
    expect(events).toEqual([]);
  });
});

describe('a proof', () => {
  it.each([-60, 0, 60])('may be made %d seconds from now', async (seconds) => {
    const request = await proved(OWNER, { claims: { iat: NOW_SECONDS + seconds } });
    expect(await possessionWith().forNewSession(request)).toBe(await OWNER.jkt());
  });

  it.each([
    ['a second more than a minute ago', { iat: NOW_SECONDS - 61 }],
    ['a second more than a minute from now', { iat: NOW_SECONDS + 61 }],
    ['a little more than a minute ago', { iat: NOW_SECONDS - 60.001 }],
    ['for another method', { htm: 'POST' }],
    ['for another URL', { htu: 'https://api.example.com/auth/sessions' }],
  ])('may not be made %s', async (_what, claims) => {
    const request = await proved(OWNER, { claims });
    expect(await faultOf(() => possessionWith().forNewSession(request))).toBe('invalid');
  });

  it('is asked for once, however many guards look at its request', async () => {
    const possession = possessionWith();
    const claims = await boundClaims();
    const request = await provedFor(OWNER, 'DPoP');
    for (let guards = 0; guards < 3; guards += 1) {
      await possession.forAccessToken(request, TOKEN, claims);
      await possession.forAccessToken({ headers: {}, http: request }, TOKEN, claims);
    }
    const other = () => possession.forAccessToken(request, 'another.access.token', claims);
    expect(await faultOf(other)).toBe('invalid');
    const ofStranger = { ...claims, cnf: { jkt: await STRANGER.jkt() } };
    const stolen = () => possession.forAccessToken(request, TOKEN, ofStranger);
    expect(await faultOf(stolen)).toBe('other_key');
  });
});

describe('an access token', () => {
  it('of a bound session comes with the scheme DPoP, and a proof by its key for it', async () => {
    const request = await provedFor(OWNER, 'DPoP');
    const letIn = possessionWith().forAccessToken(request, TOKEN, await boundClaims());
    expect([letIn, events]).toEqual([undefined, []]);
  });

  it.each([
    ["as a bearer's", () => provedFor(OWNER, 'Bearer'), 'scheme'],
    ['by another key', () => provedFor(STRANGER, 'DPoP'), 'other_key'],
    ['for another token', () => provedFor(OWNER, 'DPoP', { claims: { ath: 'x' } }), 'invalid'],
    ['for none', () => provedFor(OWNER, 'DPoP', { claims: { ath: undefined } }), 'invalid'],
    ['not at all', async () => requestWith({ authorization: `DPoP ${TOKEN}` }), 'missing'],
    ['in a message', async () => ({ headers: { authorization: `DPoP ${TOKEN}` } }), 'invalid'],
  ])('of a bound session that is proved %s is refused and told of', async (_what, made, fault) => {
    const request: HttpRequest = await made();
    const claims = await boundClaims();
    const asked = () => possessionWith().forAccessToken(request, TOKEN, claims);
    expect(await faultOf(asked)).toBe(fault);
    const common = { type: 'session.proof_refused', sessionId: 's', userId: 'ann' };
    const ip = request.ip ?? null;
    const atMs = NOW_SECONDS * 1000;
    expect(events).toEqual([{ ...common, token: 'access', fault, ip, atMs }]);
  });

  it("of a bearer's is refused with the scheme DPoP, and asked for no proof without", async () => {
    const possession = possessionWith();
    const asProved = await provedFor(OWNER, 'DPoP');
    expect(() => possession.forAccessToken(asProved, TOKEN, CLAIMS)).toThrow(InvalidTokenError);
    const bearer = requestWith({ authorization: `Bearer ${TOKEN}`, dpop: 'nonsense' });
    expect(possession.forAccessToken(bearer, TOKEN, CLAIMS)).toBeUndefined();
    expect(possession.forAccessToken(requestWith({}), TOKEN, CLAIMS)).toBeUndefined();
    expect(events).toEqual([]);
  });

  it('waits for what the instances share, and tells of what was used on another', async () => {
    const possession = possessionWith({ dpopReplays: { claim: async () => false } });
    const request = await provedFor(OWNER, 'DPoP');
    const asked = possession.forAccessToken(request, TOKEN, await boundClaims());
    expect(asked).toBeInstanceOf(Promise);
    expect(await faultOf(() => asked)).toBe('replayed');
    expect(events).toMatchObject([{ token: 'access', fault: 'replayed' }]);
  });
});

describe('a refresh token', () => {
  it('of a bound session takes a proof by its key, whatever scheme the request has', async () => {
    const proof = await proved(OWNER);
    const made = possessionWith().forRefreshToken(proof, await boundClaims());
    expect(await made).toBe(await OWNER.jkt());
  });

  it("has its proofs remembered as a session's, apart from those of logins", async () => {
    const claims = jest.spyOn(UsedProofs.prototype, 'claim');
    await possessionWith().forNewSession(await proved(OWNER));
    await possessionWith().forRefreshToken(await proved(OWNER), await boundClaims());
    expect(claims.mock.calls.map(([, , isOfSession]) => isOfSession)).toEqual([false, true]);
    claims.mockRestore();
  });

  it("of a bearer's takes none", async () => {
    const without = possessionWith().forRefreshToken(requestWith({}), CLAIMS);
    expect([await without, events]).toEqual([null, []]);
  });

  it('with a proof by another key is refused and told of, and remembered by nobody', async () => {
    const possession = possessionWith();
    const request = await proved(STRANGER);
    const claims = await boundClaims();
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await faultOf(() => possession.forRefreshToken(request, claims))).toBe('other_key');
    }
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ token: 'refresh', fault: 'other_key', ip: IP });
  });

  it('or an access token in a body are told of by their kind', async () => {
    const claims = await boundClaims();
    for (const name of ['Access', 'Refresh'] as const) {
      const asked = () => possessionWith().forTokenInBody(requestWith({}), claims, name);
      expect(await faultOf(asked)).toBe('missing');
    }
    expect(events).toMatchObject([{ token: 'access' }, { token: 'refresh' }]);
  });
});

const withNonce = (nonce: string | undefined) => proved(OWNER, { claims: { nonce } });

describe('a nonce', () => {
  it("is asked for where the option says so, which is nobody's try", async () => {
    const possession = possessionWith({ dpopNonce: true });
    const claims = await boundClaims();
    for (const nonce of [undefined, 'made up']) {
      const request = await withNonce(nonce);
      const refused = await possession.forRefreshToken(request, claims).catch((error) => error);
      expect(refused).toBeInstanceOf(AuthError);
      expect(refused).toMatchObject({ code: 'use_dpop_nonce', nonce: NONCES.current });
    }
    expect(events).toEqual([]);
  });

  it('that is the current one is enough, and the next is told to who has the one before', async () => {
    const possession = possessionWith({ dpopNonce: true });
    const before = NONCES.current;
    await possession.forNewSession(await withNonce(before));
    expect(told).toEqual(new Map());
    clock.turn(120);
    await possession.forNewSession(await withNonce(before));
    expect(told).toEqual(new Map([['DPoP-Nonce', NONCES.current]]));
    clock.turn(-120);
  });

  it('is not looked at where the option is off', async () => {
    expect(await possessionWith().forNewSession(await withNonce('made up'))).not.toBeNull();
  });
});
