import { Controller, ForbiddenException, Get, UseGuards } from '@nestjs/common';
import {
  AuthService,
  type AuthUser,
  type AuthenticatedUser,
  CurrentUser,
  JwtAuthGuard,
  RefreshToken,
} from 'nestjs-baton';
import { type Stage, login, onEveryHost, postLogin, postRefresh, refresh } from './vocabulary.js';

/** Tries to change whatever it can reach, as a careless handler does. */
function meddle(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) meddle(inner);
  for (const name of Object.keys(value)) Reflect.set(value, name, 'changed');
  Reflect.set(value, 'added', true);
  if (Array.isArray(value)) Reflect.set(value, value.length, 'admin');
}

@Controller('meddling')
class MeddlingController {
  @UseGuards(JwtAuthGuard)
  @Get()
  meddle(@CurrentUser() user: AuthenticatedUser) {
    const { claims } = user;
    const answer = JSON.stringify(claims);
    meddle(claims);
    return { claims: answer };
  }
}

async function claimsOf({ host }: Stage, token: string): Promise<unknown> {
  const response = await host.http().get('/meddling').auth(token, { type: 'bearer' });
  return JSON.parse(String(response.body.claims));
}

/** @see issue 11 */
onEveryHost(
  {
    controllers: [MeddlingController],
    auth: {
      accessTokenClaims: ({ username }: AuthUser) => ({
        roles: ['reader'],
        tenant: { name: username, plan: { seats: [1, 2] } },
      }),
    },
  },
  (stage) => {
    it('what a handler does to the claims of its request reaches no other', async () => {
      const { access_token } = await login(stage.host);
      const first = await claimsOf(stage, access_token);
      expect(first).toMatchObject({
        roles: ['reader'],
        tenant: { name: 'ann', plan: { seats: [1, 2] } },
      });
      expect(await claimsOf(stage, access_token)).toEqual(first);
      const { claims } = await stage.host.app.get(AuthService).authenticate(access_token);
      expect(claims).toEqual(first);
    });
  },
);

const refusals: Error[] = [];

/** @see issue 11 */
onEveryHost(
  {
    auth: {
      accessTokenClaims: () => {
        const refusal = refusals.pop();
        if (refusal !== undefined) throw refusal;
        return {};
      },
    },
  },
  (stage) => {
    it('a login whose claims cannot be told opens no session', async () => {
      const rows = stage.host.dataSource.getRepository(RefreshToken);
      const before = await rows.count();
      refusals.push(new ForbiddenException('No role'));
      expect((await postLogin(stage.host)).status).toBe(403);
      expect(await rows.count()).toBe(before);
    });

    it('a refresh whose claims cannot be told consumes nothing', async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      refusals.push(new ForbiddenException('No role'));
      expect((await postRefresh(stage.host, second.refresh_token)).status).toBe(403);
      expect((await refresh(stage.host, first.refresh_token)).refresh_token).toBe(
        second.refresh_token,
      );
    });
  },
);
