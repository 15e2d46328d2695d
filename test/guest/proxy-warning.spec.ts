import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PASSWORD, PLATFORMS, type Platform, startHost } from '../host/start-host.js';

const FORWARDED_FOR = { 'x-forwarded-for': '203.0.113.7' };

/** What an application warns of while somebody logs in twice. */
async function warningsOf(platform: Platform, trusts: boolean, headers: Record<string, string>) {
  const warnings: string[] = [];
  const logger = { log() {}, error() {}, warn: (text: string) => warnings.push(text) };
  const host = await startHost({
    adapter:
      platform === 'fastify'
        ? new FastifyAdapter({ trustProxy: trusts ? '127.0.0.1' : false })
        : new ExpressAdapter(),
    configure: (app) => {
      app.useLogger(logger);
      if (platform === 'express') app.getHttpAdapter().getInstance().set('trust proxy', trusts);
    },
  });
  for (let times = 0; times < 2; times += 1) {
    const credentials = { username: 'ann', password: PASSWORD };
    await host.http().post('/auth/login').set(headers).send(credentials);
  }
  await host.close();
  return warnings;
}

/** @see issue 11 */
describe.each(PLATFORMS)('on %s', (platform) => {
  it('a proxy that is not trusted is warned of once, with the cure', async () => {
    const warnings = await warningsOf(platform, false, FORWARDED_FOR);
    expect(warnings).toHaveLength(1);
    for (const cure of ['TRUST_PROXY=1', "app.set('trust proxy', 1)", "trustProxy: '127.0.0.1'"]) {
      expect(warnings[0]).toContain(cure);
    }
  });

  it('one that is trusted is not, nor is a client without one', async () => {
    expect(await warningsOf(platform, true, FORWARDED_FOR)).toEqual([]);
    expect(await warningsOf(platform, false, {})).toEqual([]);
  });
});
