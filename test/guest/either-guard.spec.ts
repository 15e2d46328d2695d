import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { JwtAuthGuard } from 'nestjs-baton';
import { PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

/** Ours first, and an API key where ours refuses. */
@Injectable()
class EitherGuard implements CanActivate {
  constructor(private readonly jwt: JwtAuthGuard) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return await this.jwt.canActivate(context);
    } catch (refusal) {
      const { headers } = context.switchToHttp().getRequest();
      if (headers['x-api-key'] === 'good') return true;
      throw headers['x-api-key'] === undefined ? refusal : new UnauthorizedException('bad key');
    }
  }
}

@UseGuards(EitherGuard)
@Controller('either')
class EitherController {
  @Get()
  either() {
    return { ok: true };
  }
}

const OURS = ['x-auth-error', 'www-authenticate', 'retry-after'];

/** @see issue 12 */
describe.each(PLATFORMS)('a guard of either of two on %s', (platform) => {
  it.each([['no token'], ['a bad one', 'Bearer nonsense']])(
    'leaves no header of ours on the answer to a good key with %s',
    async (_what, authorization = '') => {
      const providers = [EitherGuard];
      const host = await startHost({ platform, controllers: [EitherController], providers });
      const asked = host.http().get('/either').set({ 'x-api-key': 'good', authorization });
      const { status, body, headers } = await asked;
      expect([status, body]).toEqual([200, { ok: true }]);
      expect(OURS.filter((name) => name in headers)).toEqual([]);
      await host.close();
    },
  );

  it('does not send somebody away for a while whom it lets in', async () => {
    const auth = { attempts: { perAddress: 1 } };
    const providers = [EitherGuard];
    const host = await startHost({ platform, controllers: [EitherController], providers, auth });
    const ask = () => host.http().get('/either').set('Authorization', 'Bearer nonsense');
    for (let forged = 0; forged < 30; forged += 1) await ask();
    const refused = await ask();
    expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, 900]);
    const letIn = await ask().set('X-API-Key', 'good');
    expect(letIn.status).toBe(200);
    expect(OURS.filter((name) => name in letIn.headers)).toEqual([]);
    await host.close();
  });

  it('answers as ours does where both refuse, and lets our tokens in', async () => {
    const providers = [EitherGuard];
    const host = await startHost({ platform, controllers: [EitherController], providers });
    const refused = await host.http().get('/either');
    expect([refused.status, refused.headers['x-auth-error']]).toEqual([401, 'missing_token']);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
    const { access_token } = await new Client(host).login();
    const asked = host.http().get('/either').auth(access_token, { type: 'bearer' });
    expect((await asked).status).toBe(200);
    await host.close();
  });
});
