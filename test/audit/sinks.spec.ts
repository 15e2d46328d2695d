import { generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { AUDIT_SINKS, type AuditSink } from '../../src/audit/audit-sink.js';
import { SESSION_REVOKED } from '../../src/audit/session-revoked-events.js';
import { signatureOf } from '../../src/audit/webhook.js';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { INVALID_ACCESS, login, logout, me } from '../contract/vocabulary.js';
import { recordingLog } from '../host/recording-log.js';
import { type Host, startHost } from '../host/start-host.js';
import { flush, startAuditHost } from './audit-host.js';
import { Receiver } from './receiver.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const pem = (pair: { privateKey: { export(o: { type: 'pkcs8'; format: 'pem' }): unknown } }) =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const EC = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const RSA = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }));

/** Writes what waits, and posts what is due, as is done twice a second. */
async function deliver(host: Host): Promise<void> {
  await flush(host);
  const sinks: readonly AuditSink[] = host.app.get(AUDIT_SINKS);
  for (const { deliveries } of sinks) await deliveries?.deliverDue();
}

/** @see issue 16 */
describe('a webhook', () => {
  it('is posted every event that is kept, signed', async () => {
    const receiver = await Receiver.start();
    const webhooks = [{ url: receiver.url, secret: SECRET }];
    const host = await startAuditHost({ auth: { webhooks } });
    const pair = await login(host);
    host.clock.turn(1);
    await logout(host, pair);
    await deliver(host);
    const bodies = receiver.posted.map(({ body }) => JSON.parse(body));
    const inOrder = bodies.toSorted((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
    const common = { user_id: '1', session_id: pair.session_id, ip: '127.0.0.1', detail: null };
    expect(inOrder).toMatchObject([
      { type: 'session.opened', data: { ...common, known_before: false } },
      { type: 'session.revoked', data: { ...common, reason: 'logout' } },
    ]);
    for (const { body, headers } of receiver.posted) {
      const id = String(headers['webhook-id']);
      const seconds = Number(headers['webhook-timestamp']);
      expect(seconds).toBe(host.clock.nowMs() / 1000);
      expect(headers['webhook-signature']).toBe(signatureOf(SECRET, id, seconds, body));
      expect(body).not.toContain(pair.refresh_token);
    }
    await host.close();
    receiver.stop();
  });

  it('is posted at the stop what has just happened', async () => {
    const receiver = await Receiver.start();
    const webhooks = [{ url: receiver.url, secret: SECRET }];
    const host = await startAuditHost({ auth: { webhooks } });
    await login(host);
    await host.close();
    expect(receiver.posted).toHaveLength(1);
    receiver.stop();
  });

  it('that does not answer keeps no request, and no log has its path or secret', async () => {
    const log = recordingLog();
    const receiver = await Receiver.start();
    const webhooks = [{ url: receiver.url, secret: SECRET }];
    const host = await startAuditHost({ auth: { webhooks }, configure: log.configure });
    receiver.statuses = [410];
    await login(host);
    await deliver(host);
    expect(log.lines).toEqual([`1 messages to ${receiver.origin} are lost`]);
    receiver.stop();
    await login(host);
    await deliver(host);
    await host.close();
    expect(log.lines.slice(1)).toEqual(['1 messages are lost: it is the end']);
  });
});

describe('a receiver of security events', () => {
  it.each([
    ['ES256', EC, 'RS256'],
    ['RS256', RSA, 'RS256'],
    ['PS256', RSA, 'PS256'],
  ] as const)(
    'is told of a revoked session, by %s',
    async (alg, accessPrivateKey, rsaAlgorithm) => {
      const receiver = await Receiver.start();
      const audience = 'https://receiver.example.com';
      const authorization = 'Bearer of the receiver';
      const host = await startAuditHost({
        auth: {
          accessSecret: undefined,
          accessPrivateKey,
          rsaAlgorithm,
          issuer: 'https://api.example.com',
          eventReceivers: [{ url: receiver.url, audience, authorization }],
        },
      });
      const gone = await login(host);
      const live = await login(host);
      host.clock.turn(1.7);
      await logout(host, gone);
      const seconds = Math.floor(host.clock.nowMs() / 1000);
      receiver.statuses = [503];
      await deliver(host);
      host.clock.turn(5);
      await deliver(host);
      // The same token again: its `jti` tells a repetition from another event.
      expect(receiver.posted).toHaveLength(2);
      expect(receiver.posted[1]?.body).toBe(receiver.posted[0]?.body);
      const [{ body, headers } = { body: '', headers: {} }] = receiver.posted;
      expect(headers).toMatchObject({
        'content-type': 'application/secevent+jwt',
        accept: 'application/json',
        authorization,
      });
      const keys = createRemoteJWKSet(new URL(`${host.url}/.well-known/jwks.json`));
      const issuer = 'https://api.example.com';
      const expected = { issuer, audience, typ: 'secevent+jwt', algorithms: [alg] };
      const { payload } = await jwtVerify(body, keys, expected);
      expect(payload).toEqual({
        iss: issuer,
        aud: audience,
        iat: seconds,
        jti: expect.stringMatching(/^.{16,}$/),
        sub_id: {
          format: 'complex',
          user: { format: 'iss_sub', iss: issuer, sub: '1' },
          session: { format: 'opaque', id: gone.session_id },
        },
        events: { [SESSION_REVOKED]: { event_timestamp: seconds, reason_admin: { en: 'logout' } } },
      });
      expect(await me(host, body)).toEqual(INVALID_ACCESS);
      expect((await me(host, live.access_token)).status).toBe(200);
      await host.close();
      receiver.stop();
    },
  );
});

describe('the start', () => {
  const url = 'https://hooks.example.com/auth';
  const eventReceivers = [{ url, audience: 'receiver' }];

  it('stops where security events would be signed with a secret', async () => {
    await expect(startAuditHost({ auth: { eventReceivers } })).rejects.toThrow(
      'AuthModule: option eventReceivers takes accessPrivateKey beside it',
    );
  });

  it('stops where nothing would be kept to be told', async () => {
    const webhooks = [{ url, secret: SECRET }];
    await expect(startHost({ auth: { webhooks, eventReceivers } })).rejects.toThrow(
      'AuthModule: option webhooks, eventReceivers takes audit: true beside it',
    );
  });

  it.each([
    ['plain HTTP', { url: 'http://hooks.example.com', secret: SECRET }],
    ['a file', { url: 'file:///etc/passwd', secret: SECRET }],
    ['a password in the URL', { url: 'https://a:b@hooks.example.com', secret: SECRET }],
    ['a short secret', { url, secret: 'whsec_c2hvcnQ=' }],
    ['a secret without its prefix', { url, secret: SECRET.slice(6) }],
  ])('stops for a webhook with %s', async (_what, webhook) => {
    await expect(startAuditHost({ auth: { webhooks: [webhook] } })).rejects.toThrow(
      /option webhooks\.0\.(url|secret) takes/,
    );
  });
});

const webhookWith = (bytes: number) => ({
  AUTH_WEBHOOKS: `whsec_${Buffer.alloc(bytes, 7).toString('base64')} https://a.example.com`,
});

describe('the standalone server', () => {
  it('reads webhooks and receivers', () => {
    const { AUTH_WEBHOOKS, AUTH_EVENT_RECEIVERS } = readEnvironment({
      AUTH_WEBHOOKS: `${SECRET} https://a.example.com, ${SECRET} https://b.example.com/x`,
      AUTH_EVENT_RECEIVERS: 'siem https://c.example.com Bearer abc,other https://d.example.com',
    });
    expect(AUTH_WEBHOOKS).toEqual([
      { secret: SECRET, url: 'https://a.example.com' },
      { secret: SECRET, url: 'https://b.example.com/x' },
    ]);
    expect(AUTH_EVENT_RECEIVERS).toEqual([
      { audience: 'siem', url: 'https://c.example.com', authorization: 'Bearer abc' },
      { audience: 'other', url: 'https://d.example.com' },
    ]);
  });

  it.each([24, 64])('takes a secret of %i bytes for a webhook', (bytes) => {
    expect(readEnvironment(webhookWith(bytes)).AUTH_WEBHOOKS).toHaveLength(1);
  });

  it.each([23, 65])('takes no secret of %i bytes for a webhook', (bytes) => {
    expect(() => readEnvironment(webhookWith(bytes))).toThrow('AUTH_WEBHOOKS takes');
  });

  it.each([
    ['AUTH_WEBHOOKS', 'whsec_tooshort https://a.example.com'],
    ['AUTH_WEBHOOKS', SECRET],
    ['AUTH_EVENT_RECEIVERS', 'siem http://c.example.com'],
  ])('does not start with %s=%s, and says so without it', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^${name} takes [^\n]*$`));
    expect(() => readEnvironment({ [name]: value })).not.toThrow(/tooshort|Bw/);
  });
});
