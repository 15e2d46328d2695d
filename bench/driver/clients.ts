import type { Api } from './apis.js';
import type { Client } from './drive.js';
import { type HttpAnswer, HttpConnection } from './http-connection.js';
import { mintTokens } from './minted-tokens.js';

/** Makes so many clients of a server: logs them in where they have to be. */
export type MakeClients = (api: Api, port: number, count: number) => Promise<Client[]>;

/** What a login and a refresh are answered with. */
interface Pair {
  readonly access: string;
  /** Empty where there is nothing to refresh with. */
  readonly refresh: string;
}

/** The same request, whoever is asked. */
export const sending =
  (bytes: Buffer): MakeClients =>
  async (_api, port, count) =>
    clients(port, count, () => bytes);

/** A guarded GET with the token of a login, or with `tokens` different ones in turn. */
export const guarded =
  (tokens: number): MakeClients =>
  async (api, port, count) => {
    const [pair] = await logIns(api, port, 1);
    const access = pair?.access ?? '';
    const all = tokens === 1 ? [access] : mintTokens(access, tokens);
    return clients(port, count, inTurn(all.map((token) => api.guarded(token))));
  };

/** Each logs in again and again. */
export const loggingIn: MakeClients = async (api, port, count) => {
  await logIns(api, port, 1);
  return clients(port, count, () => api.login);
};

/** Each refreshes its own session with what it just got. */
export const refreshing: MakeClients = async (api, port, count) =>
  (await logIns(api, port, count)).map((pair) => refreshingClient(api, port, pair));

/** Whatever is measured answers with 200 and something in the body. */
const ok = ({ status, body }: HttpAnswer): boolean => status === 200 && body !== '';

const clients = (port: number, count: number, next: () => Buffer): Client[] =>
  Array.from({ length: count }, () => ({ port, next, received: ok }));

/** One after the other, and from the start again; in one buffer, so that many are no work for the collector. */
function inTurn(requests: readonly Buffer[]): () => Buffer {
  const all = Buffer.concat(requests);
  const size = all.length / requests.length;
  if (requests.some(({ length }) => length !== size)) throw new Error('Requests differ in length');
  let at = 0;
  return () => {
    const next = all.subarray(at, at + size);
    at = (at + size) % all.length;
    return next;
  };
}

function refreshingClient(api: Api, port: number, first: Pair): Client {
  let held = first;
  return {
    port,
    next: () => api.refresh(held.refresh),
    received: (answer) => {
      const pair = readPair(answer);
      const isAnother = pair !== null && pair.refresh !== '' && pair.refresh !== held.refresh;
      if (isAnother) held = pair;
      return isAnother;
    },
  };
}

/** Logs in so often; registers first where nobody is there yet. */
export async function logIns(api: Api, port: number, count: number): Promise<Pair[]> {
  const connection = await HttpConnection.open(port);
  try {
    const { login, register } = api;
    const first = readPair(await connection.exchange(login));
    if (first === null && register !== undefined) await connection.exchange(register);
    const pairs: Pair[] = [];
    while (pairs.length < count) {
      const answer = await connection.exchange(login);
      const pair = readPair(answer);
      if (pair === null) throw new Error(`No login: ${answer.status} ${answer.body}`);
      pairs.push(pair);
    }
    return pairs;
  } finally {
    connection.close();
  }
}

/** @returns null when it is none */
function readPair(answer: HttpAnswer): Pair | null {
  if (!ok(answer)) return null;
  const { access_token: access, refresh_token: refresh = '' } = JSON.parse(answer.body);
  return typeof access === 'string' ? { access, refresh: String(refresh) } : null;
}
