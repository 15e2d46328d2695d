import type { LoopClient } from './closed-loop.js';
import { type HttpAnswer, HttpConnection, request } from './http-connection.js';
import type { DriverJob, Scenario } from './jobs.js';
import { mintTokens, mintedSessionId } from './minted-tokens.js';
import { type Credential, PROTOCOLS, type Protocol } from './protocols.js';

/** Whatever is measured answers with 200 and something in the body. */
const ok = ({ status, body }: HttpAnswer): boolean => status === 200 && body !== '';

/** Makes the clients of a job: logs them in where they have to be. */
export async function clientsFor(job: DriverJob): Promise<LoopClient[]> {
  const protocol = PROTOCOLS[job.protocol];
  const connection = await HttpConnection.open(job.port);
  try {
    return await makeClients(job, protocol, connection);
  } finally {
    connection.close();
  }
}

async function makeClients(
  { scenario, connections }: DriverJob,
  protocol: Protocol,
  connection: HttpConnection,
): Promise<LoopClient[]> {
  const each = (make: (n: number) => LoopClient) =>
    Array.from({ length: connections }, (_, n) => make(n));
  switch (scenario.kind) {
    case 'plain': {
      const sent = plainRequest(scenario);
      return each(() => ({ next: () => sent, received: ok }));
    }
    case 'login':
      await logIn(protocol, connection);
      return each(() => ({ next: () => protocol.login, received: ok }));
    case 'sessions': {
      const next = inTurn(
        scenario.accesses.map((access) =>
          request('GET', '/auth/sessions', { Authorization: `Bearer ${access}` }),
        ),
      );
      return each(() => ({ next, received: ok }));
    }
    case 'guarded':
      return guardedClients(scenario, protocol, await logIn(protocol, connection), each);
    case 'refresh': {
      const credentials: Credential[] = [];
      for (let n = 0; n < connections; n += 1) credentials.push(await logIn(protocol, connection));
      return credentials.map((credential) => refreshingClient(protocol, [credential]));
    }
    case 'refresh held':
      return each((n) => {
        const own = scenario.credentials.filter((_, at) => at % connections === n);
        return refreshingClient(protocol, own);
      });
  }
}

/** As long as an access token of ours: a limit reads the same bytes, whatever it makes of them. */
const UNREAD_TOKEN = 'x'.repeat(340);

function plainRequest({ path, body }: Extract<Scenario, { kind: 'plain' }>): Buffer {
  return body === undefined
    ? request('GET', path, { Authorization: `Bearer ${UNREAD_TOKEN}` })
    : request('POST', path, {}, { type: 'json', text: body });
}

function guardedClients(
  { tokens, generation, secret }: Extract<Scenario, { kind: 'guarded' }>,
  protocol: Protocol,
  credential: Credential,
  each: (make: (n: number) => LoopClient) => LoopClient[],
): LoopClient[] {
  const sessions = Array.from({ length: tokens }, (_, n) => ({
    sid: mintedSessionId(n),
    gen: generation,
  }));
  const accesses =
    tokens === 1 ? [credential.access] : mintTokens(credential.access, secret, sessions);
  const next = inTurn(accesses.map((access) => protocol.guarded({ ...credential, access })));
  return each(() => ({ next, received: ok }));
}

/** One after the other, and from the start again. */
function inTurn(requests: readonly Buffer[]): () => Buffer {
  let turn = 0;
  return () => {
    const sent = requests[turn % requests.length];
    turn += 1;
    return sent ?? Buffer.alloc(0);
  };
}

function refreshingClient({ refresh, read }: Protocol, own: readonly Credential[]): LoopClient {
  const held = [...own];
  let at = -1;
  return {
    next: () => {
      at = (at + 1) % held.length;
      const credential = held[at];
      return (credential && refresh?.(credential)) ?? Buffer.alloc(0);
    },
    received: (answer) => {
      const next = read(answer, held[at]);
      if (next !== null) held[at] = next;
      return next !== null;
    },
  };
}

/** Logs in; registers first where nobody is there yet. */
export async function logIn(protocol: Protocol, connection: HttpConnection): Promise<Credential> {
  const loggedIn = protocol.read(await connection.exchange(protocol.login));
  if (loggedIn !== null) return loggedIn;
  if (protocol.register !== null) await connection.exchange(protocol.register);
  const answer = await connection.exchange(protocol.login);
  const credential = protocol.read(answer);
  if (credential === null) throw new Error(`No login: ${answer.status} ${answer.body}`);
  return credential;
}
