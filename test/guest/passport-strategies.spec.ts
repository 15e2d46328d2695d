import { generateKeyPairSync } from 'node:crypto';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import type { Response } from 'supertest';
import { recordingLog } from '../host/recording-log.js';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

interface HostRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly user: unknown;
  readonly authInfo?: unknown;
}

/** Somebody else's strategy. */
class ApiKeyStrategy {
  declare success: (user: object, info: object) => void;
  declare fail: (challenge?: string) => void;

  authenticate({ headers }: HostRequest): void {
    if (headers['x-api-key'] !== 'the right one') return this.fail('ApiKey');
    this.success({ service: 'billing' }, { scope: 'read' });
  }
}
passport.use('api-key', new ApiKeyStrategy());

@Controller('feature')
class FeatureController {
  @UseGuards(AuthGuard('baton'))
  @Get('baton')
  baton(@Req() request: HostRequest) {
    return request.user;
  }

  @UseGuards(AuthGuard(['baton', 'api-key']))
  @Get('either')
  either(@Req() request: HostRequest) {
    return request.user;
  }

  @UseGuards(AuthGuard(['baton', 'api-key']))
  @Get('info')
  info(@Req() request: HostRequest) {
    return request.authInfo;
  }

  @UseGuards(AuthGuard(['api-key', 'baton']))
  @Get('the-other-way-round')
  theOtherWayRound(@Req() request: HostRequest) {
    return request.user;
  }
}

const options: HostOptions = { controllers: [FeatureController] };
const get = (host: Host, route: string, token?: string) => {
  const asked = host.http().get(`/feature/${route}`);
  return token === undefined ? asked : asked.auth(token, { type: 'bearer' });
};

/** What a refusal of ours looks like, whoever asked the strategy. */
const refusalIn = ({ status, body, headers }: Response) => ({
  status,
  body,
  challenge: headers['www-authenticate'],
  mark: headers['x-auth-error'],
});

const realm = 'Bearer realm="nestjs-baton"';
const refusal = (error: string, error_description: string) => ({
  status: 401,
  body: { error, error_description },
  challenge:
    error === 'missing_token'
      ? realm
      : `${realm}, error="invalid_token", error_description="${error_description}"`,
  mark: error,
});

const MISSING = refusal('missing_token', 'Access token is missing');
const INVALID = refusal('invalid_token', 'Invalid access token');
const EXPIRED = refusal('token_expired', 'Access token has expired');
const REVOKED = refusal('session_revoked', 'Session has been revoked');

/** Of EdDSA, Passport's library knows nothing. */
const KEYS = [
  ['a secret', {}],
  [
    'an Ed25519 key',
    {
      accessSecret: undefined,
      accessPrivateKey: generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    },
  ],
] as const;

/** @see issue 12 */
describe.each(
  PLATFORMS.flatMap((platform) => KEYS.map(([key, auth]) => [platform, key, auth] as const)),
)("on %s with %s a host's own AuthGuard finds the strategy by its name", (platform, _key, auth) => {
  it.each(['baton', 'either', 'the-other-way-round'])('and lets a token in: %s', async (route) => {
    const host = await startHost({ ...options, platform, auth });
    const { access_token, session_id } = await new Client(host).login();
    for (const time of ['new', 'known']) {
      const { status, body } = await get(host, route, access_token);
      expect([time, status, body.sessionId]).toEqual([time, 200, session_id]);
    }
    await host.close();
  });

  it.each(['baton', 'either', 'the-other-way-round'])(
    'and refuses with our codes, sentences and challenges: %s',
    async (route) => {
      const host = await startHost({ ...options, platform, auth });
      const { access_token, refresh_token } = await new Client(host).login();
      const tampered = access_token.replace(/\.[^.]+$/, `.${'A'.repeat(86)}`);

      expect(refusalIn(await get(host, route))).toEqual(MISSING);
      expect(refusalIn(await get(host, route, 'no token'))).toEqual(MISSING);
      expect(refusalIn(await get(host, route, 'nonsense'))).toEqual(INVALID);
      expect(refusalIn(await get(host, route, refresh_token))).toEqual(INVALID);
      expect(refusalIn(await get(host, route, tampered))).toEqual(INVALID);
      await host.http().post('/auth/logout').send({ refresh_token });
      expect(refusalIn(await get(host, route, access_token))).toEqual(REVOKED);
      host.clock.turn(900);
      expect(refusalIn(await get(host, route, access_token))).toEqual(EXPIRED);
      await host.close();
    },
  );

  it.each(['either', 'the-other-way-round'])(
    'and leaves nothing on the answer to whom another strategy lets in: %s',
    async (route) => {
      const host = await startHost({ ...options, platform, auth });
      for (const token of [undefined, 'nonsense']) {
        const answer = await get(host, route, token).set('X-API-Key', 'the right one');
        expect([answer.status, answer.body]).toEqual([200, { service: 'billing' }]);
        expect(answer.headers['www-authenticate']).toBeUndefined();
        expect(answer.headers['x-auth-error']).toBeUndefined();
        const info = await get(host, 'info', token).set('X-API-Key', 'the right one');
        expect(info.body).toEqual({ scope: 'read' });
      }
      await host.close();
    },
  );
});

it('as a bare middleware it answers as Passport does, with our challenge', async () => {
  const host = await startHost({
    configure: (app) => app.use('/bare', passport.authenticate('baton', { session: false })),
  });
  const refused = await host.http().get('/bare');
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, realm]);
  const { access_token } = await new Client(host).login();
  const passed = await host.http().get('/bare').auth(access_token, { type: 'bearer' });
  expect(passed.status).toBe(404);
  await host.close();
});

/** @see docs/integration.md */
it('a name that nobody has is 500, and in the log as Passport says it', async () => {
  @Controller('misspelt')
  class MisspeltController {
    @UseGuards(AuthGuard('batn'))
    @Get()
    misspelt() {
      return {};
    }
  }
  const { lines, configure } = recordingLog();
  const host = await startHost({ controllers: [MisspeltController], configure });
  expect((await host.http().get('/misspelt')).status).toBe(500);
  expect(lines.join()).toContain('Unknown authentication strategy "batn"');
  await host.close();
});

describe('the names of the strategies', () => {
  it('are options', async () => {
    const host = await startHost({ auth: { strategy: 'staff', refreshStrategy: 'staff-refresh' } });
    const { refresh_token } = await new Client(host).login();
    const asked = await host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(asked.status).toBe(200);
    await host.close();
  });

  it.each([
    ['strategy', 'api-key'],
    ['refreshStrategy', 'api-key'],
  ])('that somebody else has stop the start: option %s', async (option, name) => {
    const sentence = `AuthModule: option ${option} takes another name: Passport has a strategy "api-key" already`;
    await expect(startHost({ auth: { [option]: name } })).rejects.toThrow(sentence);
  });

  it('that a module with other keys has stop the start, and are free when it is gone', async () => {
    const first = await startHost();
    const second = { auth: { accessSecret: 'the access secret of another application' } };
    await expect(startHost(second)).rejects.toThrow('option strategy takes another name');
    await first.close();
    await (await startHost(second)).close();
  });

  it('are taken over by the same application when it is made once more, as tests do', async () => {
    const [forgotten, made] = [await startHost(), await startHost()];
    const { access_token } = await new Client(made).login();
    const me = await made.http().get('/auth/me').auth(access_token, { type: 'bearer' });
    expect(me.status).toBe(200);
    await made.close();
    await forgotten.close();
  });

  it('are not lost to it when the one before is closed', async () => {
    const [forgotten, made] = [await startHost(options), await startHost(options)];
    await forgotten.close();
    const { access_token } = await new Client(made).login();
    expect((await get(made, 'baton', access_token)).status).toBe(200);
    await made.close();
  });
});
