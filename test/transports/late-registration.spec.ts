import { Controller, type MessageEvent, type PipeTransform, Sse, UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthService,
  type AuthUser,
  Connections,
  CurrentSession,
  JwtAuthGuard,
} from 'nestjs-baton';
import { NEVER, type Observable, interval, map } from 'rxjs';
import { login } from '../contract/vocabulary.js';
import { DATABASES } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { overWs, withWs } from './socket-clients.js';

/** Between the look at a token and the keeping of its connection the guard asks for the user. */
class RevokingUsers extends QuickUsers {
  meanwhile: () => Promise<void> = async () => {};

  override async findById(id: string): Promise<AuthUser | null> {
    await this.meanwhile();
    return super.findById(id);
  }
}

@UseGuards(JwtAuthGuard)
@WebSocketGateway({ path: '/sockets' })
class Gateway {
  @SubscribeMessage('say')
  say() {
    return { event: 'said', data: null };
  }
}

let beforeTheHandler: () => Promise<void> = async () => {};

class SlowPipe implements PipeTransform {
  async transform(value: unknown): Promise<unknown> {
    await beforeTheHandler();
    return value;
  }
}

@UseGuards(JwtAuthGuard)
@Controller()
class EventsController {
  @Sse('events')
  events(): Observable<MessageEvent> {
    return NEVER;
  }

  /** Has not begun when its handler returns. */
  @Sse('late-events')
  async lateEvents(@CurrentSession(SlowPipe) _session: unknown): Promise<Observable<MessageEvent>> {
    return interval(1).pipe(map((count) => ({ data: String(count) })));
  }
}

const providers = [Gateway];
const controllers = [EventsController];

const nothingIsHeld = (host: Host) => expect(host.app.get(Connections).size).toBe(0);

/** @see issue 14 */
describe.each(['cached', 'strict'] as const)('with revocation %s', (revocation) => {
  const users = new RevokingUsers();
  const auth = { revocation, user: 'full' } as const;
  const common = { auth, configure: withWs, providers, controllers };

  it.each(PLATFORMS)(
    'what is revoked while its connection is being let in is not kept, on %s',
    async (platform) => {
      const host = await startHost({ ...common, platform, users });
      const service = host.app.get(AuthService);
      const { access_token } = await login(host);
      const { id } = await service.authenticate(access_token);
      users.meanwhile = () => service.revokeSessions(id);
      const client = overWs(host, { header: access_token });
      client.say('say');
      expect(await client.ended).toEqual([4401, 'session_revoked']);
      users.meanwhile = async () => {};
      nothingIsHeld(host);
      const next = await login(host);
      users.meanwhile = () => service.revokeSessions(id);
      const headers = { authorization: `Bearer ${next.access_token}` };
      const answer = await fetch(`${host.url}/events`, { headers });
      expect(await answer.text()).toContain('"error":"session_revoked"');
      expect([401, revocation === 'cached' ? 401 : 200]).toContain(answer.status);
      users.meanwhile = async () => {};
      nothingIsHeld(host);
      await host.close();
    },
  );

  it.each(PLATFORMS)(
    'a stream whose session is revoked before its first event is answered with the error, on %s',
    async (platform) => {
      users.meanwhile = async () => {};
      const host = await startHost({ ...common, platform, users });
      const service = host.app.get(AuthService);
      const { access_token } = await login(host);
      const { id } = await service.authenticate(access_token);
      beforeTheHandler = () => service.revokeSessions(id);
      const headers = { authorization: `Bearer ${access_token}` };
      const answer = await fetch(`${host.url}/late-events`, { headers });
      expect([answer.status, answer.headers.get('x-auth-error')]).toEqual([401, 'session_revoked']);
      expect(await answer.json()).toMatchObject({ error: 'session_revoked' });
      nothingIsHeld(host);
      await host.close();
    },
  );

  it('nor what another instance has revoked, and this one has heard of in the meantime', async () => {
    const fresh = await DATABASES.find(({ name }) => name === 'sqlite file')?.create();
    const database = fresh?.options;
    if (database === undefined) throw new Error('There is no SQLite');
    const host = await startHost({ ...common, database, users });
    const other = await startHost({ ...common, database, beside: host });
    const kept = overWs(host, { header: (await login(host, { username: 'bob' })).access_token });
    kept.say('say');
    await kept.next();
    const { access_token } = await login(host);
    const { id } = await other.app.get(AuthService).authenticate(access_token);
    users.meanwhile = async () => {
      await other.app.get(AuthService).revokeSessions(id);
      await new Promise((resolve) => setTimeout(resolve, 1100));
    };
    const client = overWs(host, { header: access_token });
    client.say('say');
    expect(await client.ended).toEqual([4401, 'session_revoked']);
    users.meanwhile = async () => {};
    kept.leave();
    await other.close();
    await host.close();
    await fresh?.drop();
  });
});
