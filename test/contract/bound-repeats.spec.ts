import {
  REUSED,
  error,
  isAlive,
  login,
  onEveryHost,
  pairIn,
  refresh,
  refreshing,
  storm,
  use,
} from './vocabulary.js';

const KEY = 'a key that nobody else has'.replaceAll(' ', '-');
const OTHER_KEY = 'another-key-altogether';
const PAST_GRACE = 10;

onEveryHost({}, (stage) => {
  it('a repeat with the same key gets the same successor within the grace period', async () => {
    const { refresh_token } = await login(stage.host);
    const first = await refresh(stage.host, refresh_token, KEY);
    await use(stage.host, first);
    const repeated = await refresh(stage.host, refresh_token, KEY);
    expect(repeated.refresh_token).toBe(first.refresh_token);
  });

  it('50 simultaneous presentations with the same key all get the same successor', async () => {
    const { refresh_token } = await login(stage.host);
    const pairs = (await storm([stage.host], refresh_token, 50, KEY)).map(pairIn);
    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
  });

  it('a repeat with the same key gets another successor hours later', async () => {
    const { refresh_token } = await login(stage.host);
    const lost = await refresh(stage.host, refresh_token, KEY);
    stage.host.clock.turn(3600);
    const found = await refresh(stage.host, refresh_token, KEY);
    expect(found.refresh_token).not.toBe(lost.refresh_token);
    expect(await isAlive(stage.host, found)).toBe(true);
  });

  it('a recovery is bound as well', async () => {
    const { refresh_token } = await login(stage.host);
    await refresh(stage.host, refresh_token, KEY);
    stage.host.clock.turn(3600);
    await refresh(stage.host, refresh_token, KEY);
    expect(await refreshing(stage.host, refresh_token, OTHER_KEY)).toEqual(REUSED);
  });

  it.each([
    ['another key', KEY, OTHER_KEY],
    ['a key that differs in case alone', KEY, KEY.toUpperCase()],
    ['no key', KEY, undefined],
    ['a key that only the repeat carries', undefined, KEY],
  ])('the parent with %s is a reuse at once', async (_what, key, otherKey) => {
    const { refresh_token } = await login(stage.host);
    const live = await refresh(stage.host, refresh_token, key);
    expect(await refreshing(stage.host, refresh_token, otherKey)).toEqual(REUSED);
    expect(await isAlive(stage.host, live)).toBe(false);
  });

  it.each([
    ['another key', KEY, OTHER_KEY],
    ['no key', KEY, undefined],
    ['a key that only the repeat carries', undefined, KEY],
  ])(
    'the parent of an unconfirmed token with %s is not recovered',
    async (_what, key, otherKey) => {
      const { refresh_token } = await login(stage.host);
      await refresh(stage.host, refresh_token, key);
      stage.host.clock.turn(PAST_GRACE);
      expect(await refreshing(stage.host, refresh_token, otherKey)).toEqual(REUSED);
    },
  );

  it('each rotation may carry a key of its own, or none', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token, KEY);
    const third = await refresh(stage.host, second.refresh_token, OTHER_KEY);
    const fourth = await refresh(stage.host, third.refresh_token);
    const repeated = await refresh(stage.host, third.refresh_token);
    expect(repeated.refresh_token).toBe(fourth.refresh_token);
  });

  it.each([
    ['15 characters', 'k'.repeat(15)],
    ['129 characters', 'k'.repeat(129)],
    ['a space', 'a key with spaces in it'],
    ['a character beyond ASCII', 'schlüssel-schlüssel'],
    ['no characters', ''],
  ])('a key of %s is 400 and consumes nothing', async (_what, key) => {
    const { refresh_token } = await login(stage.host);
    const description = 'Idempotency-Key takes 16 to 128 visible ASCII characters';
    const refused = error(400, 'invalid_request', description);
    expect(await refreshing(stage.host, refresh_token, key)).toEqual(refused);
    const live = await refresh(stage.host, refresh_token, KEY);
    expect(await refreshing(stage.host, refresh_token, key)).toEqual(refused);
    expect(await isAlive(stage.host, live)).toBe(true);
  });

  it.each([
    ['16 characters', '!'.repeat(16)],
    ['128 characters', '~'.repeat(128)],
    ['a quoted string as in the draft', '"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
  ])('a key of %s is taken', async (_what, key) => {
    const { refresh_token } = await login(stage.host);
    const first = await refresh(stage.host, refresh_token, key);
    const repeated = await refresh(stage.host, refresh_token, key);
    expect(repeated.refresh_token).toBe(first.refresh_token);
  });
});
