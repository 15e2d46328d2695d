import { Controller, Get, Injectable, Module, Req, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { Strategy } from 'passport-jwt';
import { createSecretKey } from 'node:crypto';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

const HOST_SECRET = "the host's own secret, not the module's";

interface HostRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly user: unknown;
}

/** The host's strategy, under the name that `passport-jwt` has by default. */
@Injectable()
class HostJwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor() {
    super({
      jwtFromRequest: ({ headers }: HostRequest) =>
        headers['authorization']?.replace('Bearer ', '') ?? null,
      secretOrKeyProvider: (_request, _token, done) =>
        done(null, createSecretKey(Buffer.from(HOST_SECRET))),
      algorithms: ['HS256'],
      issuer: 'host',
      audience: 'host',
      ignoreExpiration: false,
      passReqToCallback: true,
    });
  }

  validate(_request: HostRequest, payload: { readonly sub: string }) {
    return { hostUser: payload.sub };
  }
}

@Controller('feature')
class FeatureController {
  @UseGuards(AuthGuard())
  @Get('default')
  byDefault(@Req() request: HostRequest) {
    return request.user;
  }

  @UseGuards(AuthGuard('jwt'))
  @Get('named')
  byName(@Req() request: HostRequest) {
    return request.user;
  }

  @UseGuards(JwtAuthGuard)
  @Get('baton')
  baton(@CurrentUser() { id, sessionId }: AuthenticatedUser) {
    return { id, sessionId };
  }
}

@Module({
  imports: [
    PassportModule.register({ defaultStrategy: 'jwt', property: 'user', session: false }),
    JwtModule.register({
      global: true,
      secret: HOST_SECRET,
      signOptions: { issuer: 'host', audience: 'host', expiresIn: '1h' },
      verifyOptions: { issuer: 'host' },
    }),
  ],
  providers: [HostJwtStrategy],
  controllers: [FeatureController],
})
class FeatureModule {}

const options: HostOptions = { imports: [FeatureModule] };
const get = (host: Host, route: string, token: string) =>
  host.http().get(`/feature/${route}`).auth(token, { type: 'bearer' });

describe.each(PLATFORMS)(
  "in a host on %s with a Passport strategy 'jwt' and a JwtModule of its own",
  (platform) => {
    it('every route of ours answers as without them', async () => {
      const host = await startHost({ ...options, platform });
      expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
      await host.close();
    });

    it("the host's guards know the host's tokens and ours know ours", async () => {
      const host = await startHost({ ...options, platform });
      const theirs = host.app.get(JwtService, { strict: false }).sign({ sub: 'a host user' });
      const pair = await new Client(host).login();

      for (const route of ['default', 'named']) {
        expect((await get(host, route, theirs)).body).toEqual({ hostUser: 'a host user' });
        expect((await get(host, route, pair.access_token)).status).toBe(401);
      }
      const ours = await get(host, 'baton', pair.access_token);
      expect(ours.body).toEqual({ id: '1', sessionId: pair.session_id });
      const foreign = await get(host, 'baton', theirs);
      expect([foreign.status, foreign.body.error]).toEqual([401, 'invalid_token']);
      await host.close();
    });

    it("a host's token under our own secret is not taken for one of ours", async () => {
      const host = await startHost({
        ...options,
        platform,
        auth: { accessSecret: HOST_SECRET, issuer: 'host', audience: 'host' },
      });
      const claims = { sub: '1', sid: 'a session', gen: 0, jti: 'an id' };
      const theirs = host.app.get(JwtService, { strict: false }).sign(claims);
      const foreign = await get(host, 'baton', theirs);
      expect([foreign.status, foreign.body.error]).toEqual([401, 'invalid_token']);
      await host.close();
    });
  },
);
