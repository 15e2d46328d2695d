import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentSession,
  CurrentUser,
  type AuthenticatedUser,
  type Credentials,
  JwtAuthGuard,
  RefreshToken,
  type UserId,
  type UserStore,
} from 'nestjs-baton';
import { PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

/** As `ObjectId` of `bson` is, as far as anybody outside of it sees. */
class HexId {
  constructor(private readonly hex: string) {}

  toHexString(): string {
    return this.hex;
  }
}

interface Person<Id extends UserId> {
  readonly id: Id;
  readonly username: string;
}

/** One user, ann; remembers by which ids it was asked. */
class People<Id extends Exclude<UserId, string>> {
  readonly asked: unknown[] = [];
  readonly ann: Person<Id>;

  constructor(
    id: Id,
    readonly parseId: (text: string) => Id,
  ) {
    this.ann = { id, username: 'ann' };
  }

  async authenticate({ password }: Credentials): Promise<Person<Id> | null> {
    return password === PASSWORD ? this.ann : null;
  }

  async findById(id: Id): Promise<Person<Id> | null> {
    this.asked.push(id);
    return this.ann;
  }
}

const seen: unknown[] = [];

@UseGuards(JwtAuthGuard)
@Controller('whoever')
class WhoeverController {
  @Get()
  whoever(@CurrentUser() user: Person<UserId>, @CurrentSession() session: AuthenticatedUser) {
    seen.push(user.id);
    return { text: session.id };
  }
}

const numbers: UserStore<Person<number>> & People<number> = new People(7, Number);
const bigints: UserStore<Person<bigint>> & People<bigint> = new People(2n ** 63n, BigInt);
const HEX = '507f1f77bcf86cd799439011';
const hexes: UserStore<Person<HexId>> & People<HexId> = new People(
  new HexId(HEX),
  (text) => new HexId(text),
);

/** @see issue 12 */
describe.each(PLATFORMS)('ids of users on %s', (platform) => {
  it.each([
    ['numbers', numbers, '7'],
    ['bigint', bigints, '9223372036854775808'],
    ['ObjectIds', hexes, HEX],
  ])('may be %s: text in token and row, and their own to the store', async (_what, users, text) => {
    const controllers = [WhoeverController];
    const host = await startHost({ platform, controllers, auth: { users, user: 'full' } });
    const { id } = users.ann;
    users.asked.length = 0;
    seen.length = 0;

    const client = new Client(host);
    const pair = await client.login();
    const refreshed = await client.refresh(pair);
    expect(refreshed.status).toBe(200);
    const me = await client.getAs(pair, 'me');
    expect(me.body).toEqual({ id: text, username: 'ann', session_id: pair.session_id });
    const own = await host.http().get('/whoever').auth(pair.access_token, { type: 'bearer' });
    expect(own.body).toEqual({ text });
    expect(seen).toEqual([id]);
    // The refresh, the guard and the route of `me`, and the guard again.
    expect(users.asked).toEqual([id, id, id, id]);

    const rows = await host.dataSource.getRepository(RefreshToken).find();
    expect(rows.map(({ userId }) => userId)).toEqual([text]);
    const auth = host.app.get(AuthService);
    for (const form of [id, text]) expect(await auth.sessions(form)).toHaveLength(1);
    await auth.revokeSessions(id);
    expect(await auth.sessions(id)).toEqual([]);
    await host.close();
  });
});

it.each([Number.NaN, 0.5, 2 ** 53, Infinity])(
  'the number %p is no id, for it may be that of another user',
  async (id) => {
    const host = await startHost();
    const opened = host.app.get(AuthService).openSession({ id, username: 'ann' });
    await expect(opened).rejects.toThrow('A user id that is a number takes a whole one');
    await host.close();
  },
);
