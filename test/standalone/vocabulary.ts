/** What a test says to a server over HTTP. */

export const PASSWORD = 'correct horse battery staple';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Headings = Readonly<Record<string, string>>;

/** Sends JSON, or nothing, and reads the answer. @param signal ends the waiting for it */
export async function call(
  method: string,
  url: string,
  json?: unknown,
  headers: Headings = {},
  signal: AbortSignal | null = null,
): Promise<Answer> {
  const withBody: Headings = json === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers: { ...withBody, ...headers },
    body: json === undefined ? null : JSON.stringify(json),
    signal,
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : {},
  };
}

export const post = (url: string, json?: unknown, headers?: Headings): Promise<Answer> =>
  call('POST', url, json, headers);

export const get = (url: string, headers?: Headings): Promise<Answer> =>
  call('GET', url, undefined, headers);

export const bearer = (token: unknown): Headings => ({ authorization: `Bearer ${String(token)}` });

/** Registers a user under a fresh name and logs in. */
export async function signUp(url: string) {
  names += 1;
  const credentials = { username: `user-${names}`, password: PASSWORD };
  await post(`${url}/users`, credentials);
  const { body } = await post(`${url}/auth/login`, credentials);
  return { credentials, pair: body };
}

let names = 0;

/** How long a pair says a token of it lasts, in whole minutes: the session that it ends with is a little older. */
export function minutesOf(pair: Readonly<Record<string, unknown>>, name: string): number {
  return Math.ceil(Number(pair[name]) / 60);
}
