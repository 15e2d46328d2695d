import { once } from 'node:events';
import { createServer } from 'node:http';
import { Controller, type MessageEvent, Sse, UseGuards } from '@nestjs/common';
import { type AuthenticatedUser, Connections, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { AuthError } from '../../src/errors.js';
import { endEventStream } from '../../src/auth/transports/event-stream.js';
import { NEVER, type Observable, startWith } from 'rxjs';
import { eventually, login, logout } from '../contract/vocabulary.js';
import { PLATFORMS, startHost } from '../host/start-host.js';

@Controller()
class EventsController {
  @UseGuards(JwtAuthGuard)
  @Sse('events')
  events(@CurrentUser() user: AuthenticatedUser): Observable<MessageEvent> {
    return NEVER.pipe(startWith({ data: user.id }));
  }
}

describe.each(PLATFORMS)('events of a server, on %s', (platform) => {
  it('end with their session, and say why', async () => {
    const host = await startHost({ platform, controllers: [EventsController] });
    expect((await fetch(`${host.url}/events`)).status).toBe(401);
    const pair = await login(host);
    const headers = { authorization: `Bearer ${pair.access_token}` };
    const answer = await fetch(`${host.url}/events`, { headers });
    expect(answer.status).toBe(200);
    await logout(host, pair);
    const text = await answer.text();
    expect(text).toContain('event: auth_error\ndata: {"error":"session_revoked"');
    expect(host.app.get(Connections).size).toBe(0);
    await host.close();
  });

  it('nothing is kept of them when their client is gone', async () => {
    const host = await startHost({ platform, controllers: [EventsController] });
    const headers = { authorization: `Bearer ${(await login(host)).access_token}` };
    const answer = await fetch(`${host.url}/events`, { headers });
    expect(host.app.get(Connections).size).toBe(1);
    await answer.body?.cancel();
    await eventually(2000, async () => host.app.get(Connections).size === 0);
    await host.close();
  });
});

it('a stream that has not begun is answered as any refused request, and never kept', async () => {
  const revoked = new AuthError('session_revoked', 'Session has been revoked');
  const server = createServer((_request, response) => endEventStream(response, revoked));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  const answer = await fetch(`http://127.0.0.1:${port}`);
  expect(await answer.json()).toMatchObject({ error: 'session_revoked' });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-auth-error')).toBe('session_revoked');
  server.close();
});
