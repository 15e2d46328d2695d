import { generateKeyPairSync } from 'node:crypto';
import {
  Controller,
  Get,
  type INestApplication,
  VERSION_NEUTRAL,
  type VersioningOptions,
  VersioningType,
} from '@nestjs/common';
import { type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Controller({ path: 'things', version: '2' })
class ThingsController {
  @Get()
  list(): string[] {
    return ['a thing'];
  }
}

/** An ES256 key, so that there is something to publish. */
function freshPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const withPrivateKey: Pick<HostOptions, 'auth'> = {
  auth: { accessSecret: undefined, accessPrivateKey: freshPrivateKey() },
};

describe.each(PLATFORMS)('in a host on %s, the routes', (platform) => {
  async function start(configure: (app: INestApplication) => void, options: HostOptions = {}) {
    return startHost({ platform, controllers: [ThingsController], configure, ...options });
  }

  it('stand under its global prefix and nowhere else', async () => {
    const host = await start((app) => app.setGlobalPrefix('api'));
    expect(await answersOfEveryRoute(host, '/api/auth')).toEqual(EVERY_ANSWER);
    expect((await host.http().post('/auth/login').send({})).status).toBe(404);
    await host.close();
  });

  it('publish the keys under the global prefix, or at the root where the host leaves them out', async () => {
    const under = await start((app) => app.setGlobalPrefix('api'), withPrivateKey);
    expect((await under.http().get('/api/.well-known/jwks.json')).body.keys).toHaveLength(1);
    await under.close();

    const exclude = ['.well-known/jwks.json'];
    const beside = await start((app) => app.setGlobalPrefix('api', { exclude }), withPrivateKey);
    expect((await beside.http().get('/.well-known/jwks.json')).body.keys).toHaveLength(1);
    expect(await answersOfEveryRoute(beside, '/api/auth')).toEqual(EVERY_ANSWER);
    await beside.close();
  });

  it.each<[string, VersioningOptions]>([
    ['without a default version', { type: VersioningType.URI }],
    ['with a default version', { type: VersioningType.URI, defaultVersion: '1' }],
    [
      'with a default version or none',
      { type: VersioningType.URI, defaultVersion: ['1', VERSION_NEUTRAL] },
    ],
    ['with a prefix of its own', { type: VersioningType.URI, prefix: 'version-' }],
  ])('carry no version under URI versioning %s', async (_what, versioning) => {
    const host = await start((app) => app.enableVersioning(versioning));
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    expect((await host.http().post('/v1/auth/login').send({})).status).toBe(404);
    const { prefix = 'v' } = versioning.type === VersioningType.URI ? versioning : {};
    expect((await host.http().get(`/${String(prefix)}2/things`)).status).toBe(200);
    await host.close();
  });

  it('take every version under header versioning', async () => {
    const header = 'X-Version';
    const host = await start((app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header, defaultVersion: '1' }),
    );
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    const versioned = await host.http().post('/auth/login').set(header, '2').send({});
    expect([versioned.status, versioned.body.error]).toEqual([400, 'invalid_request']);
    await host.close();
  });

  it('publish the keys without a version under URI versioning', async () => {
    const versioning: VersioningOptions = { type: VersioningType.URI, defaultVersion: '1' };
    const host = await start((app) => app.enableVersioning(versioning), withPrivateKey);
    expect((await host.http().get('/.well-known/jwks.json')).body.keys).toHaveLength(1);
    await host.close();
  });

  it('stand under a global prefix and carry no version where there are both', async () => {
    const host = await start((app) =>
      app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
    );
    expect(await answersOfEveryRoute(host, '/api/auth')).toEqual(EVERY_ANSWER);
    expect((await host.http().get('/api/v2/things')).status).toBe(200);
    await host.close();
  });

  it.each([
    ['sign/in', '/sign/in'],
    ['', ''],
  ])('stand where routePrefix %p says', async (routePrefix, at) => {
    const host = await start(() => {}, { extras: { routePrefix } });
    expect(await answersOfEveryRoute(host, at)).toEqual(EVERY_ANSWER);
    await host.close();
  });

  it('are left out where the host brings its own', async () => {
    const host = await start(() => {}, { ...withPrivateKey, extras: { controller: false } });
    expect((await host.http().post('/auth/login').send({})).status).toBe(404);
    expect((await host.http().get('/.well-known/jwks.json')).status).toBe(404);
    await host.close();
  });
});
