import { EnvironmentError, readEnvironment } from './environment.js';

function linesOf(url: string): readonly string[] {
  try {
    readEnvironment({
      AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
      AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
      REDIS_URL: url,
    });
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.lines;
    throw error;
  }
}

/** @see issue 15 */
describe('REDIS_URL', () => {
  it.each([
    'redis://127.0.0.1',
    'redis://localhost:6379/0',
    'redis://:p%40ss@redis.internal:6380/15',
    'rediss://user:password@redis.example.com',
    'redis://[::1]:6379',
  ])('takes %s', (url) => {
    expect(linesOf(url)).toEqual([]);
  });

  it.each([
    'nonsense',
    'http://127.0.0.1:6379',
    'redis://',
    'redis:hunter2',
    'redis://127.0.0.1:hunter2',
    'redis://127.0.0.1:6379/hunter2',
    'redis://127.0.0.1:6379?password=hunter2',
    'redis://:%hunter2@127.0.0.1:6379',
  ])('refuses %s with one line that names the variable, not its value', (url) => {
    expect(linesOf(url)).toEqual([
      'REDIS_URL takes an address such as redis://user:password@127.0.0.1:6379/0, or rediss://… for TLS',
    ]);
  });
});
