import { jest } from '@jest/globals';
import { AuthError, type AuthEvent, AuthEvents, AuthService } from 'nestjs-baton';
import { BackgroundTasks } from '../../src/sessions/background-tasks.js';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { loseAnswerOf, refuse } from './lost-statements.js';
import { Race } from './race.js';

async function codeOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'success',
    (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
  );
}

/** @see issue 11 */
describe.each([
  ['session', 'revoke'],
  ['user', 'revokeThese'],
] as const)('a reuse, with reuseScope %s', (reuseScope, statement) => {
  let host: Host;
  let race: Race;
  let told: AuthEvent[];

  beforeEach(async () => {
    host = await startHost({ users: new QuickUsers(), auth: { reuseScope } });
    // What a timer does is done by hand.
    await host.app.get(BackgroundTasks).onApplicationShutdown();
    race = await Race.start(host);
    const { pair } = await race.present(race.first.refresh_token);
    await race.present(pair?.refresh_token ?? '');
    told = [];
    host.app.get(AuthEvents).all.subscribe((event) => told.push(event));
  });

  afterEach(() => host.close());

  const reuse = () => codeOf(host.app.get(AuthService).refresh(race.first.refresh_token));
  const types = () => told.map(({ type }) => type);
  const TOLD = ['session.revoked', 'token.reused'];

  it('whose revocation was done without an answer is told, and answered, at its repeat: once', async () => {
    loseAnswerOf(host, statement);
    expect(await reuse()).toBe('unavailable');
    host.clock.turn(0.1);
    expect(await reuse()).toBe('token_reused');
    expect(await reuse()).toBe('session_revoked');
    await host.app.get(RevocationService).settle();
    expect(types()).toEqual(TOLD);
    expect(told[1]).toMatchObject({ sessionId: race.sessionId, userId: '1', generation: 0 });
  });

  it('whose revocation was done without an answer is told although nobody repeats it', async () => {
    loseAnswerOf(host, statement);
    expect(await reuse()).toBe('unavailable');
    host.clock.turn(0.1);
    await Promise.all([
      host.app.get(RevocationService).settle(),
      host.app.get(RevocationService).settle(),
    ]);
    expect(types()).toEqual(TOLD);
    expect(await race.use(race.first)).toBe(false);
    expect(await reuse()).toBe('session_revoked');
    expect(types()).toEqual(TOLD);
  });

  it('whose revocation was not done has consumed nothing, and is told when it is repeated', async () => {
    refuse(host, statement);
    expect(await reuse()).toBe('unavailable');
    host.clock.turn(0.1);
    await host.app.get(RevocationService).settle();
    expect((await race.row()).revokedAtMs).toBeNull();
    expect(types()).toEqual([]);
    expect(await reuse()).toBe('token_reused');
    await host.app.get(RevocationService).settle();
    expect(types()).toEqual(TOLD);
  });

  it('whose revocation was not done is asked about for five minutes, and then forgotten', async () => {
    const store = host.app.get(RefreshTokenStore);
    const asked = jest.spyOn(store, 'findRevoked');
    const settle = () => host.app.get(RevocationService).settle();
    refuse(host, statement);
    expect(await reuse()).toBe('unavailable');
    host.clock.turn(300);
    await settle();
    expect(asked).toHaveBeenCalledTimes(1);
    host.clock.turn(0.001);
    await settle();
    await settle();
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('that another logout overtook is not told', async () => {
    refuse(host, statement);
    expect(await reuse()).toBe('unavailable');
    host.clock.turn(0.1);
    await race.logout(race.pairs[2] ?? race.first);
    expect(await reuse()).toBe('session_revoked');
    expect(types()).toEqual(['session.revoked']);
  });
});

it('a logout that was done without an answer is told at its repeat', async () => {
  const host = await startHost({ users: new QuickUsers() });
  const race = await Race.start(host);
  const told: string[] = [];
  const events = host.app.get(AuthEvents).on('session.revoked');
  events.subscribe(({ reason }) => told.push(reason));
  loseAnswerOf(host, 'revoke');
  expect(await codeOf(race.logout(race.first))).toBe('unavailable');
  host.clock.turn(0.1);
  expect(await codeOf(race.logout(race.first))).toBe('success');
  expect(await codeOf(race.logout(race.first))).toBe('success');
  expect(told).toEqual(['logout']);
  await host.close();
});
