import type { Baton } from './baton.js';
import { BatonError } from './errors.js';
import type { Unsubscribe } from './events.js';
import { isTokenRefused } from './refused-token.js';
import { isStream } from './replayable-request.js';

/** The part of axios's request configuration that is used. */
export interface AxiosRequestLike {
  readonly headers: {
    has(name: string): boolean;
    set(name: string, value: string): unknown;
  };
  readonly data?: unknown;
}

/** The part of an axios instance that is used. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(
        onFulfilled: <Config extends AxiosRequestLike>(config: Config) => Promise<Config>,
      ): number;
      eject(id: number): void;
    };
    readonly response: {
      use(onFulfilled: null, onRejected: (error: unknown) => Promise<unknown>): number;
      eject(id: number): void;
    };
  };
  getUri(config: object): string;
  request(config: object): Promise<unknown>;
}

/** What a 401 of axios looks like. */
interface AxiosErrorLike {
  readonly config?: AxiosRequestLike;
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly data: unknown;
  };
}

/**
 * Lets an axios instance send the access token, and its requests again after a refresh, as `baton.fetch` does.
 *
 * @returns undoes it
 */
export function useBaton(axios: AxiosLike, baton: Baton): Unsubscribe {
  /** What was sent with the token: not with the caller's own, and not for the second time. */
  const sent = new WeakMap<object, { readonly token: string; readonly sessionId: string | null }>();
  const { request, response } = axios.interceptors;

  const requestId = request.use(async (config) => {
    const isOurs = baton.isTrusted(axios.getUri(config)) && !config.headers.has('authorization');
    const token = isOurs ? await baton.getAccessToken() : null;
    if (token !== null) {
      config.headers.set('authorization', `Bearer ${token}`);
      sent.set(config, { token, sessionId: baton.getState().sessionId });
    }
    return config;
  });

  const responseId = response.use(null, async (error) => {
    const { config, response: answer }: AxiosErrorLike = Object(error);
    const before = config && sent.get(config);
    if (!before || answer?.status !== 401) throw error;
    if (!isTokenRefused(answer.headers['www-authenticate'], answer.data)) throw error;
    const token = await baton.getAccessToken(before.token);
    if (token === null || token === before.token) throw error;
    if (baton.getState().sessionId !== before.sessionId) throw error;
    if (isStream(config.data)) throw new BatonError('not_replayable');
    config.headers.set('authorization', `Bearer ${token}`);
    return axios.request(config);
  });

  return () => {
    request.eject(requestId);
    response.eject(responseId);
  };
}
