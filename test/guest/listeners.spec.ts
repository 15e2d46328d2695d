import { Injectable, Scope } from '@nestjs/common';
import { type AuthEvent, AuthEvents, OnAuthEvent } from 'nestjs-baton';
import { PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

const heard: string[] = [];

@Injectable()
class Listener {
  private readonly name = 'a listener';

  @OnAuthEvent('session.opened')
  hear(): void {
    heard.push(this.name);
  }
}

/** One of which there is none outside a request. */
@Injectable({ scope: Scope.REQUEST })
class RequestScopedListener {
  @OnAuthEvent('session.opened')
  hear(): void {
    heard.push('a listener that does not exist');
  }
}

/** @see issue 11 */
describe.each(PLATFORMS)('on %s', (platform) => {
  beforeEach(() => {
    heard.length = 0;
  });

  it('listeners are called with their object, request-scoped ones not at all', async () => {
    const providers = [Listener, RequestScopedListener];
    const host = await startHost({ platform, providers });
    await new Client(host).login();
    expect(heard).toEqual(['a listener']);
    await host.close();
  });

  it('nobody is called any more when the application has stopped', async () => {
    const host = await startHost({ platform, providers: [Listener] });
    const events = host.app.get(AuthEvents);
    await host.close();
    const opened: AuthEvent = {
      type: 'session.opened',
      sessionId: '1',
      userId: '1',
      ip: null,
      atMs: 0,
    };
    events.emit(opened);
    expect(heard).toEqual([]);
  });
});
