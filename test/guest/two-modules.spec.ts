import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AuthEvents,
  AuthModule,
  type AuthModuleOptions,
  type AuthenticatedUser,
  CurrentUser,
  JwtAuthGuard,
} from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { IN_MEMORY } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import {
  ACCESS_SECRET,
  PASSWORD,
  type Platform,
  PLATFORMS,
  REFRESH_SECRET,
  startHost,
} from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Controller('shop')
class ShopController {
  @UseGuards(JwtAuthGuard)
  @Get()
  whoBuys(@CurrentUser() user: AuthenticatedUser) {
    return { customer: user.id };
  }
}

@Controller('office')
class OfficeController {
  constructor(readonly events: AuthEvents) {}

  @UseGuards(JwtAuthGuard)
  @Get()
  whoWorks(@CurrentUser() user: AuthenticatedUser) {
    return { employee: user.id };
  }
}

const OTHER_SECRETS = {
  accessSecret: 'access secret of the office, 32 bytes',
  refreshSecret: 'refresh secret of the office, 32 bytes',
};
const SAME_SECRETS = { accessSecret: ACCESS_SECRET, refreshSecret: REFRESH_SECRET };

type Difference = Pick<AuthModuleOptions, 'accessSecret' | 'refreshSecret' | 'audience' | 'issuer'>;

/** A host whose customers log in at `/auth` and whose staff, who have the same ids, at `/office/auth`. */
async function startShopWithOffice(platform: Platform, difference: Difference) {
  const staff = new QuickUsers();
  for (const name of ['ann', 'bob']) await staff.add(name, PASSWORD);
  const officeAuth = AuthModule.forRoot({
    users: staff,
    clock: new TurnedClock(),
    isGlobal: false,
    jwks: false,
    routePrefix: 'office/auth',
    dataSource: 'office',
    strategy: 'office',
    refreshStrategy: 'office-refresh',
    ...difference,
  });

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...IN_MEMORY,
        name: 'office',
        autoLoadEntities: true,
        migrations: [CreateRefreshTokens1764000000000],
        migrationsRun: true,
      }),
      officeAuth,
    ],
    controllers: [OfficeController],
  })
  class OfficeModule {}

  const host = await startHost({
    platform,
    extras: { isGlobal: false },
    imports: [OfficeModule],
    controllers: [ShopController],
  });
  return { host, shop: new Client(host), office: new Client(host, '/office/auth') };
}

describe.each(PLATFORMS)('two modules in one process on %s', (platform) => {
  it('both have all of their routes', async () => {
    const { host } = await startShopWithOffice(platform, OTHER_SECRETS);
    expect(await answersOfEveryRoute(host, '/auth')).toEqual(EVERY_ANSWER);
    expect(await answersOfEveryRoute(host, '/office/auth')).toEqual(EVERY_ANSWER);
    await host.close();
  });

  it.each<[string, Difference]>([
    ['secrets', OTHER_SECRETS],
    ['audience', { ...SAME_SECRETS, audience: 'office' }],
    ['issuer', { ...SAME_SECRETS, issuer: 'office' }],
  ])('with another %s do not accept each other’s tokens', async (_what, difference) => {
    const { host, shop, office } = await startShopWithOffice(platform, difference);
    const customer = await shop.login();
    const employee = await office.login();

    for (const [client, foreign] of [
      [shop, employee],
      [office, customer],
    ] as const) {
      const { refresh_token } = foreign;
      for (const answer of [
        await client.getAs(foreign, 'me'),
        await client.getAs(foreign, 'sessions'),
        await client.postAs(foreign, 'logout'),
        await client.postAs(foreign, 'logout/all'),
        await client.postAs(foreign, 'logout/others'),
        await client.refresh(foreign),
        await client.post('logout', { refresh_token }),
      ]) {
        expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
      }
    }
    expect((await shop.refresh(customer)).status).toBe(200);
    expect((await office.refresh(employee)).status).toBe(200);
    await host.close();
  });

  it('guard the features that import them, each with its own tokens', async () => {
    const { host, shop, office } = await startShopWithOffice(platform, OTHER_SECRETS);
    const get = (path: string, token: string) =>
      host.http().get(path).auth(token, { type: 'bearer' });
    const customer = (await shop.login()).access_token;
    const employee = (await office.login('bob')).access_token;
    expect((await get('/shop', customer)).body).toEqual({ customer: '1' });
    expect((await get('/office', employee)).body).toEqual({ employee: '2' });
    expect((await get('/shop', employee)).body.error).toBe('invalid_token');
    expect((await get('/office', customer)).body.error).toBe('invalid_token');
    await host.close();
  });

  it('keep sessions and events of users with one id apart', async () => {
    const { host, shop, office } = await startShopWithOffice(platform, OTHER_SECRETS);
    const heard: string[] = [];
    const { events } = host.app.get(OfficeController, { strict: false });
    events.all.subscribe((event) => heard.push(event.type));

    const customer = await shop.login();
    const employee = await office.login();
    expect((await shop.postAs(customer, 'logout/all')).status).toBe(204);
    expect((await office.getAs(employee, 'sessions')).body.sessions).toHaveLength(1);
    expect(heard).toEqual(['session.opened']);
    await host.close();
  });
});
