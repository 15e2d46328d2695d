import { type HttpAnswer, request } from './http-connection.js';

/** What a client holds after a login or a refresh. */
export interface Credential {
  readonly access: string;
  readonly refresh: string;
}

/** How to talk to a subject: the requests it takes, and what its answers say. */
export interface Protocol {
  /** Null where users are there from the start. */
  readonly register: Buffer | null;
  readonly login: Buffer;
  guarded(credential: Credential): Buffer;
  /** Null where there is nothing to refresh with. */
  readonly refresh: ((credential: Credential, idempotencyKey?: string) => Buffer) | null;
  /** @returns null when the answer carries no credential */
  read(answer: HttpAnswer, before?: Credential): Credential | null;
}

export type ProtocolName =
  | 'baton'
  | 'standalone'
  | 'bare'
  | 'textbook'
  | 'better-auth'
  | 'oidc-provider'
  | 'ackplus-nest-auth';

const PASSWORD = 'correct horse battery staple';
const json = (value: unknown) => ({ type: 'json' as const, text: JSON.stringify(value) });
const bearer = ({ access }: Credential) => ({ Authorization: `Bearer ${access}` });

function field(value: unknown, name: string): string {
  const found: unknown = typeof value === 'object' && value !== null && Reflect.get(value, name);
  return typeof found === 'string' ? found : '';
}

/** Nest answers a POST with 201 where the route says nothing else. */
const ISSUED: ReadonlySet<number> = new Set([200, 201]);

/** Reads a pair from a JSON body, whatever its fields are called. @returns null when it is not one */
function readPair(access: string, refresh: string): Protocol['read'] {
  return ({ status, body }) => {
    if (!ISSUED.has(status)) return null;
    const pair: unknown = JSON.parse(body);
    const credential = { access: field(pair, access), refresh: field(pair, refresh) };
    return credential.access === '' || credential.refresh === '' ? null : credential;
  };
}

const baton: Protocol = {
  register: null,
  login: request('POST', '/auth/login', {}, json({ username: 'ann', password: PASSWORD })),
  guarded: (credential) => request('GET', '/guarded', bearer(credential)),
  refresh: ({ refresh }, idempotencyKey) =>
    request(
      'POST',
      '/auth/token/refresh',
      idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
      json({ refresh_token: refresh }),
    ),
  read: readPair('access_token', 'refresh_token'),
};

const standalone: Protocol = {
  ...baton,
  register: request('POST', '/users', {}, json({ username: 'ann', password: PASSWORD })),
  guarded: (credential) => request('GET', '/auth/me', bearer(credential)),
};

const textbook: Protocol = {
  ...baton,
  refresh: ({ refresh }) => request('POST', '/auth/refresh', {}, json({ refresh_token: refresh })),
};

const oidcProvider: Protocol = {
  register: null,
  login: request('POST', '/bench/login'),
  guarded: (credential) => request('GET', '/me', bearer(credential)),
  refresh: ({ refresh }) => {
    const text = `grant_type=refresh_token&client_id=bench&client_secret=bench&refresh_token=${refresh}`;
    return request('POST', '/token', {}, { type: 'form', text });
  },
  read: readPair('access_token', 'refresh_token'),
};

const email = { email: 'ann@example.com', password: PASSWORD };

/** The cookies that an answer sets, over those that the client had. */
function cookiesAfter({ head }: HttpAnswer, before: string): string {
  const jar = new Map(before.split('; ').map((pair) => [pair.split('=', 1)[0] ?? '', pair]));
  for (const [, pair = ''] of head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)) {
    jar.set(pair.split('=', 1)[0] ?? '', pair);
  }
  jar.delete('');
  return [...jar.values()].join('; ');
}

/** A session in cookies; `access` is the cookie header. Nothing rotates. */
const betterAuth: Protocol = {
  register: request(
    'POST',
    '/api/auth/sign-up/email',
    { Origin: 'http://127.0.0.1' },
    json({ ...email, name: 'Ann' }),
  ),
  login: request('POST', '/api/auth/sign-in/email', { Origin: 'http://127.0.0.1' }, json(email)),
  guarded: ({ access }) => request('GET', '/guarded', { Cookie: access }),
  refresh: null,
  read: (answer, before) =>
    answer.status < 300
      ? { access: cookiesAfter(answer, before?.access ?? ''), refresh: '' }
      : null,
};

const ackplus: Protocol = {
  register: request('POST', '/auth/signup', {}, json({ ...email })),
  login: request('POST', '/auth/login', {}, json({ providerName: 'email', credentials: email })),
  guarded: (credential) => request('GET', '/guarded', bearer(credential)),
  refresh: ({ refresh }) =>
    request('POST', '/auth/refresh-token', {}, json({ refreshToken: refresh })),
  read: readPair('accessToken', 'refreshToken'),
};

/** Every protocol, by name. */
export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  baton,
  standalone,
  bare: { ...baton, refresh: null, read: readPair('access_token', 'access_token') },
  textbook,
  'better-auth': betterAuth,
  'oidc-provider': oidcProvider,
  'ackplus-nest-auth': ackplus,
};
