import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { isAuthRoute } from 'nestjs-baton';
import { PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

const OPEN = 'open to everybody';

/** A guard before every route, which knows public routes by a key of its own. */
@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean>(OPEN, targets) && isAuthRoute(context);
  }
}

const providers = [{ provide: APP_GUARD, useClass: KeyGuard }];

/** @see issue 12 */
describe.each(PLATFORMS)('routeDecorators on %s', (platform) => {
  it('are on each of our routes, and our controllers are recognisable', async () => {
    const extras = { routeDecorators: [SetMetadata(OPEN, true)] };
    const host = await startHost({ platform, providers, extras });
    const client = new Client(host);
    const pair = await client.login();
    expect((await client.getAs(pair, 'me')).status).toBe(200);
    expect((await client.refresh(pair)).status).toBe(200);
    await host.close();
  });

  it('are on the routes of their own module only', async () => {
    const host = await startHost({ platform, providers });
    expect((await new Client(host).post('login', {})).status).toBe(403);
    await host.close();
  });
});
