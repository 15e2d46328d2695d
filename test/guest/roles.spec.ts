import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type AuthenticatedUser, JwtAuthGuard } from 'nestjs-baton';
import { startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

const Roles = Reflector.createDecorator<string[]>();

/** As docs/recipes.md has it. */
@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const wanted = this.reflector.getAllAndOverride(Roles, targets) ?? [];
    const { user } = context.switchToHttp().getRequest<{ user?: AuthenticatedUser }>();
    const roles: unknown = user?.claims['roles'];
    return (
      wanted.length === 0 || (Array.isArray(roles) && wanted.some((role) => roles.includes(role)))
    );
  }
}

@UseGuards(JwtAuthGuard, RolesGuard)
@Controller('desk')
class DeskController {
  @Roles(['admin'])
  @Get('admin')
  admin() {
    return { ok: true };
  }

  @Roles(['clerk', 'admin'])
  @Get('clerk')
  clerk() {
    return { ok: true };
  }
}

/** @see issue 12 */
it('roles from claims let in who has one: 401 for nobody, 403 for the wrong one', async () => {
  const auth = { accessTokenClaims: () => ({ roles: ['clerk'] }) };
  const host = await startHost({ auth, controllers: [DeskController] });
  const { access_token: token } = await new Client(host).login();
  const statusOf = async (route: string) =>
    (await host.http().get(`/desk/${route}`).auth(token, { type: 'bearer' })).status;
  expect([await statusOf('clerk'), await statusOf('admin')]).toEqual([200, 403]);
  expect((await host.http().get('/desk/clerk')).status).toBe(401);
  await host.close();
});
