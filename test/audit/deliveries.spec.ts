import { jest } from '@jest/globals';
import { Deliveries, MOST_UNDELIVERED, RETRY_SECONDS } from '../../src/audit/deliveries.js';
import { isRefusedByReceiver } from '../../src/audit/session-revoked-events.js';
import { isRefusedByWebhook, signatureOf } from '../../src/audit/webhook.js';
import { eventually } from '../contract/vocabulary.js';
import { TurnedClock } from '../host/turned-clock.js';
import { Receiver } from './receiver.js';

const message = (body: string) => ({
  body: () => body,
  headers: () => ({ 'x-what': 'a message' }),
});

/** @see issue 16 */
describe('messages to a receiver', () => {
  const clock = new TurnedClock();
  let receiver: Receiver;
  let deliveries: Deliveries;

  beforeEach(async () => {
    receiver = await Receiver.start();
    deliveries = new Deliveries(receiver.url, (status) => status === 410, clock);
  });

  afterEach(() => receiver.stop());

  it('are posted once', async () => {
    deliveries.add(message('one'));
    await Promise.all([deliveries.deliverDue(), deliveries.deliverDue()]);
    await deliveries.deliverDue();
    expect(receiver.posted).toMatchObject([{ body: 'one', headers: { 'x-what': 'a message' } }]);
  });

  it('are posted again, with longer and longer pauses, and given up after the last', async () => {
    receiver.statuses = [500, 503, 404, 302, 401, 429];
    deliveries.add(message('one'));
    await deliveries.deliverDue();
    for (const [number, pause] of RETRY_SECONDS.entries()) {
      clock.turn(pause - 1);
      await deliveries.deliverDue();
      expect(receiver.posted).toHaveLength(number + 1);
      clock.turn(1);
      await deliveries.deliverDue();
      expect(receiver.posted).toHaveLength(number + 2);
    }
    expect(deliveries.stop()).toBe(0);
  });

  it('are posted again to a receiver that was away', async () => {
    const { url } = receiver;
    receiver.stop();
    deliveries = new Deliveries(url, () => false, clock);
    deliveries.add(message('one'));
    await deliveries.deliverDue();
    expect(deliveries.stop()).toBe(1);
  });

  it('are not posted again where the receiver says that this is of no use', async () => {
    receiver.statuses = [410];
    deliveries.add(message('one'));
    await deliveries.deliverDue();
    clock.turn(86_400);
    await deliveries.deliverDue();
    expect(receiver.posted).toHaveLength(1);
  });

  it('are posted again to a receiver that takes them and does not answer in five seconds', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const spy = jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms / 100));
    receiver.isSilent = true;
    deliveries.add(message('one'));
    await deliveries.deliverDue();
    expect(spy).toHaveBeenCalledWith(5_000);
    spy.mockRestore();
    expect(receiver.posted).toHaveLength(1);
    expect(deliveries.stop()).toBe(1);
  });

  it('wait in a bounded number', async () => {
    for (let number = 0; number < MOST_UNDELIVERED + 5; number += 1) deliveries.add(message('one'));
    await deliveries.deliverDue();
    expect(receiver.posted).toHaveLength(MOST_UNDELIVERED);
  });

  it('are under way eight at a time', async () => {
    const answers: (() => void)[] = [];
    const fetched = jest.spyOn(globalThis, 'fetch').mockImplementation(
      () =>
        new Promise((resolve) => {
          answers.push(() => resolve(new Response(null, { status: 204 })));
        }),
    );
    for (let number = 0; number < 10; number += 1) deliveries.add(message('one'));
    const delivered = deliveries.deliverDue();
    const atFirst = answers.splice(0);
    for (const answer of atFirst) answer();
    await eventually(1_000, async () => answers.length > 0);
    for (const answer of answers) answer();
    await delivered;
    fetched.mockRestore();
    expect([atFirst.length, answers.length]).toEqual([8, 2]);
  });
});

it.each([
  ['410 of a webhook', isRefusedByWebhook, 410],
  ['400 of a receiver of security events', isRefusedByReceiver, 400],
])('only %s says that no repetition is of use', (_what, isRefused, useless) => {
  const statuses = [302, 400, 401, 403, 404, 410, 429, 500, 503];
  expect(statuses.filter(isRefused)).toEqual([useless]);
});

/** The example of the specification. @see https://github.com/standard-webhooks/standard-webhooks */
it('a signature is that of Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const signature = signatureOf(secret, id, 1_614_265_330, '{"test": 2432232314}');
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
