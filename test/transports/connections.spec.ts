import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import { AuthService, Connections } from 'nestjs-baton';
import { eventually } from '../contract/vocabulary.js';
import { DATABASES } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PASSWORD, startHost } from '../host/start-host.js';
import { overWs, withWs } from './socket-clients.js';

const SOCKETS = 1000;

const sizeOf = (host: Host): number => host.app.get(Connections).size;

@WebSocketGateway({ path: '/sockets' })
class OpeningGateway implements OnGatewayConnection {
  constructor(private readonly connections: Connections) {}

  async handleConnection(client: object, request: object) {
    await this.connections.open(client, request);
  }
}

describe.each(['cached', 'strict'] as const)('with revocation %s', (revocation) => {
  it('1,000 sockets on two instances are closed within 2 s of a logout everywhere on one', async () => {
    const fresh = await DATABASES.find(({ name }) => name === 'sqlite file')?.create();
    const database = fresh?.options;
    if (database === undefined) throw new Error('There is no SQLite');
    const common = { auth: { revocation }, configure: withWs, providers: [OpeningGateway] };
    const first = await startHost({ ...common, database, users: new QuickUsers() });
    const second = await startHost({ ...common, database, beside: first });
    const service = first.app.get(AuthService);
    const { access_token } = await service.login({ username: 'ann', password: PASSWORD, ip: null });
    const { id } = await service.authenticate(access_token);

    const clients = Array.from({ length: SOCKETS }, (_, index) =>
      overWs(index % 2 === 0 ? first : second, { header: access_token }),
    );
    await eventually(20_000, async () => sizeOf(first) + sizeOf(second) === SOCKETS);
    const revokedAt = performance.now();
    await service.revokeSessions(id);
    const reasons = await Promise.all(clients.map(({ ended }) => ended));
    expect(performance.now() - revokedAt).toBeLessThan(2000);
    expect(new Set(reasons.map(String))).toEqual(new Set(['4401,session_revoked']));
    expect([sizeOf(first), sizeOf(second)]).toEqual([0, 0]);
    await second.close();
    await first.close();
    await fresh?.drop();
  });
});
