import { Controller, ForbiddenException, Get, UseGuards } from '@nestjs/common';
import {
  type AuthUser,
  type AuthenticatedUser,
  CurrentUser,
  JwtAuthGuard,
  RefreshToken,
  type SessionOrigin,
} from 'nestjs-baton';
import { decode } from './jwt.js';
import {
  answer,
  isAlive,
  login,
  newcomer,
  onEveryHost,
  postLogin,
  postRefresh,
  refresh,
} from './vocabulary.js';

@Controller('notes')
class NotesController {
  @UseGuards(JwtAuthGuard)
  @Get()
  notes(@CurrentUser() user: AuthenticatedUser) {
    const { id, sessionId, generation, claims } = user;
    return { id, sessionId, generation, roles: claims['roles'] };
  }
}

const origins: SessionOrigin[] = [];
const refused = new Set<string>();

onEveryHost(
  {
    controllers: [NotesController],
    auth: {
      accessTokenClaims: async ({ username }: AuthUser) => ({ roles: ['reader', username] }),
      onLogin: ({ username }: AuthUser, origin: SessionOrigin) => {
        origins.push(origin);
        if (username === 'bob') throw new ForbiddenException('bob has not confirmed his address');
      },
      onRefresh: async (_user: AuthUser, sessionId: string) => {
        if (refused.has(sessionId)) throw new ForbiddenException('Not today');
      },
    },
  },
  (stage) => {
    it("the application's own claims are in the access token, at login and at each refresh", async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      for (const pair of [first, second]) {
        expect(decode(pair.access_token).claims['roles']).toEqual(['reader', 'ann']);
        expect(decode(pair.refresh_token).claims).not.toHaveProperty('roles');
      }
    });

    it("a route of the application's own learns whom the access token speaks for", async () => {
      const pair = await login(stage.host);
      const { access_token } = await refresh(stage.host, pair.refresh_token);
      const request = stage.host.http().get('/notes').auth(access_token, { type: 'bearer' });
      expect(await answer(request)).toEqual({
        status: 200,
        body: { id: '1', sessionId: pair.session_id, generation: 1, roles: ['reader', 'ann'] },
      });
    });

    it("a guarded route of the application's own confirms the live token", async () => {
      const { refresh_token } = await login(stage.host);
      const { access_token } = await refresh(stage.host, refresh_token);
      await stage.host.http().get('/notes').auth(access_token, { type: 'bearer' });
      stage.host.clock.turn(10);
      expect((await postRefresh(stage.host, refresh_token)).body.error).toBe('token_reused');
    });

    it('onLogin learns where a login comes from', async () => {
      const user = await newcomer(stage.host);
      origins.length = 0;
      await postLogin(stage.host, { ...user, device_name: 'phone' }).set('User-Agent', 'Phone/1');
      expect(origins).toEqual([{ ip: '127.0.0.1', userAgent: 'Phone/1', deviceName: 'phone' }]);
    });

    it('onLogin may refuse a user, and no session is opened', async () => {
      const sessions = stage.host.dataSource.getRepository(RefreshToken);
      const before = await sessions.count();
      const response = await postLogin(stage.host, { username: 'bob' });
      expect(response.status).toBe(403);
      expect(response.body.message).toBe('bob has not confirmed his address');
      expect(await sessions.count()).toBe(before);
    });

    it('onRefresh may refuse a session, and nothing is consumed', async () => {
      const pair = await login(stage.host);
      refused.add(pair.session_id);
      const response = await postRefresh(stage.host, pair.refresh_token);
      expect({ status: response.status, message: response.body.message }).toEqual({
        status: 403,
        message: 'Not today',
      });
      refused.clear();
      const next = await refresh(stage.host, pair.refresh_token);
      expect(decode(next.refresh_token).claims['gen']).toBe(1);
      expect(await isAlive(stage.host, next)).toBe(true);
    });
  },
);
