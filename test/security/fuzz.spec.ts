import { request } from 'node:http';
import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import type { TokenPairBody } from 'nestjs-baton';
import { isAlive, login, use } from '../contract/vocabulary.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { type FuzzedRequest, fuzzedRequest } from './fuzz-inputs.js';

/** `npm run fuzz` has 50,000. A failure names its seed: `BATON_FUZZ_SEED=… npm test -- test/security/fuzz`. */
const INPUTS = Number(process.env['BATON_FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['BATON_FUZZ_SEED'] ?? 1);
/** So many are sent at once, and asked after together. */
const AT_ONCE = 25;

jest.setTimeout(600_000);

interface Outcome {
  readonly status: number;
  readonly text: string;
}

/** Sent as it is, without what `fetch` would mend. */
function send(url: string, { method, path, headers, body }: FuzzedRequest): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

/** To log out of nothing is done at once (RFC 7009, section 2.2); nothing else answers who has no token. */
function isRefused({ path }: FuzzedRequest, { status }: Outcome): boolean {
  return (status >= 400 && status < 500) || (status === 204 && path === '/auth/logout');
}

/** @see issue 16, section 4 */
describe.each(PLATFORMS)('with %s', (platform) => {
  let host: Host;
  let victims: readonly TokenPairBody[];

  beforeAll(async () => {
    const auth = { attempts: false, cookies: { origins: ['https://app.example'] } } as const;
    host = await startHost({ platform, users: new QuickUsers(), auth });
    victims = [await login(host), await login(host), await login(host, { username: 'bob' })];
  });
  afterAll(() => host.close());

  it(`of ${INPUTS} fuzzed requests none is accepted, none breaks the server or harms a session (seed ${SEED})`, async () => {
    const genuine = {
      access: victims.map(({ access_token }) => access_token),
      refresh: victims.map(({ refresh_token }) => refresh_token),
    };
    const secrets = [...genuine.access, ...genuine.refresh, PASSWORD];
    const batch = fc.array(fuzzedRequest(genuine), { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(batch, async (requests) => {
      const outcomes = await Promise.all(requests.map((one) => send(host.url, one)));
      const wrong = outcomes.flatMap((outcome, index) => {
        const one = requests[index];
        return one && isRefused(one, outcome) ? [] : [{ ...one, ...outcome }];
      });
      expect(wrong).toEqual([]);
      const told = outcomes.filter(({ text }) => secrets.some((secret) => text.includes(secret)));
      expect(told).toEqual([]);
      for (const victim of victims) await use(host, victim);
    });
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil(INPUTS / AT_ONCE) });
    for (const victim of victims) expect(await isAlive(host, victim)).toBe(true);
  });
});
