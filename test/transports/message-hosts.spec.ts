import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  type TcpContext,
  Transport,
} from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AuthModule,
  AuthService,
  type AuthenticatedUser,
  CurrentSession,
  CurrentUser,
  OptionalAuth,
  Public,
} from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import { eventually } from '../contract/vocabulary.js';
import { freePort } from '../host/own-process.js';
import { IN_MEMORY } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { ACCESS_SECRET, PASSWORD, REFRESH_SECRET } from '../host/start-host.js';

const heard: unknown[] = [];

@Controller()
class OrdersController {
  @MessagePattern('order')
  order(
    @Payload() data: object,
    @Ctx() context: TcpContext,
    @CurrentUser() user: AuthenticatedUser,
    @CurrentSession() session: AuthenticatedUser,
  ) {
    return [Object.keys(data), context.getPattern(), user.id === session.id];
  }

  @MessagePattern('orders')
  orders(@CurrentUser() user: AuthenticatedUser) {
    return of(user.id, user.id);
  }

  @EventPattern('ordered')
  ordered(@CurrentUser() user: AuthenticatedUser) {
    heard.push(user.id);
  }

  @OptionalAuth()
  @MessagePattern('maybe')
  maybe(@CurrentUser() user?: AuthenticatedUser) {
    return user?.id ?? 'nobody';
  }

  @Public()
  @MessagePattern('open')
  open(@CurrentUser() user?: AuthenticatedUser) {
    return user?.id ?? 'nobody';
  }
}

/** @see issue 14 */
it('an application that is nothing but a microservice is guarded, events included', async () => {
  const users = new QuickUsers();
  await users.add('ann', PASSWORD);
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...IN_MEMORY,
        autoLoadEntities: true,
        migrations: [CreateRefreshTokens1764000000000],
        migrationsRun: true,
        retryAttempts: 0,
      }),
      AuthModule.forRoot({
        users,
        accessSecret: ACCESS_SECRET,
        refreshSecret: REFRESH_SECRET,
        globalGuard: true,
      }),
    ],
    controllers: [OrdersController],
  })
  class ServiceModule {}
  const options = {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: await freePort() },
  } as const;
  const app = await NestFactory.createMicroservice<typeof options>(ServiceModule as Type, {
    ...options,
    logger: ['error', 'warn'],
  });
  await app.listen();
  const client = ClientProxyFactory.create(options);
  const ask = (pattern: string, data: unknown) =>
    firstValueFrom(client.send<unknown>(pattern, data));

  const { access_token } = await app
    .get(AuthService)
    .login({ username: 'ann', password: PASSWORD, ip: null });
  const authorization = `Bearer ${access_token}`;
  expect(await ask('order', { access_token, tea: 1 })).toEqual([
    ['access_token', 'tea'],
    'order',
    true,
  ]);
  expect(await ask('order', { authorization })).toEqual([['authorization'], 'order', true]);
  expect(await ask('order', { headers: { authorization } })).toEqual([['headers'], 'order', true]);
  expect(await lastValueFrom(client.send('orders', { access_token }).pipe(toArray()))).toEqual([
    '1',
    '1',
  ]);
  const all = [
    ask('maybe', { access_token }),
    ask('open', { access_token }),
    ask('maybe', {}),
    ask('maybe', 'x'),
    ask('open', ''),
  ];
  expect(await Promise.all(all)).toEqual(['1', 'nobody', 'nobody', 'nobody', 'nobody']);
  for (const data of [{}, 'text', 7, ['a']]) {
    await expect(ask('order', data)).rejects.toEqual({
      error: 'missing_token',
      error_description: 'Access token is missing',
    });
  }
  client.emit('ordered', { access_token: 'a.b.c' });
  client.emit('ordered', {});
  client.emit('ordered', { access_token });
  await eventually(2000, async () => heard.length > 0);
  expect(heard).toEqual(['1']);
  await client.close();
  await app.close();
});
