import { Agent, request } from 'node:http';
import { MAIN, cleanUp, startServer } from './server-process.js';
import { bearer, signUp } from './vocabulary.js';

afterAll(cleanUp);

/** A small space for what is young, so that minor collections are many. */
const FLAGS = ['--trace-gc-nvp', '--max-semi-space-size=1'];
const WARM_UP = 500;
const REQUESTS = 2_500;
/** Node and Fastify alone keep about ten; a request that is kept until a major collection has thousands. */
const MOST_BYTES = 150;

/** Sends requests one after the other. */
async function ask(url: string, headers: Record<string, string>, times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let left = times; left > 0; left -= 1) {
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { headers, agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      sent.once('error', reject).end();
    });
    expect(status).toBe(200);
  }
  agent.destroy();
}

/** What minor collections have moved to where only major ones collect, bytes. */
function promotedIn(trace: string): number {
  const promoted = Array.from(trace.matchAll(/ gc=s .* promoted=(\d+)/g), ([, bytes]) =>
    Number(bytes),
  );
  expect(promoted.length).toBeGreaterThan(2);
  return promoted.reduce((sum, bytes) => sum + bytes, 0);
}

it.each([
  ['that nobody guards', '/health/live'],
  ['whose token is known', '/auth/me'],
])('a request %s leaves nothing that a minor collection would not take', async (_which, path) => {
  const server = await startServer({}, undefined, [...FLAGS, MAIN]);
  const { pair } = await signUp(server.url);
  const headers = bearer(pair['access_token']);
  await ask(`${server.url}${path}`, headers, WARM_UP);
  const before = server.output().length;
  await ask(`${server.url}${path}`, headers, REQUESTS);
  const trace = server.output().slice(before);
  expect(promotedIn(trace) / REQUESTS).toBeLessThan(MOST_BYTES);
  await server.stop();
});
