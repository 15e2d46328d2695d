import type { Baton } from './baton.js';
import { BatonError } from './errors.js';
import type { Unsubscribe } from './events.js';
import { isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import { isStream } from './replayable-request.js';
import { type ReadErrorCode, markOf } from './server-answer.js';
import type { SessionRequest } from './session-request.js';

/** The part of axios's request configuration that is used. */
export interface AxiosRequestLike {
  readonly headers: {
    has(name: string): boolean;
    set(name: string, value: string): unknown;
  };
  readonly data?: unknown;
  /** What was begun for it; axios copies it when the request is sent again. */
  batonRequest?: SessionRequest;
}

/** The part of a response of axios that is used. */
export interface AxiosResponseLike {
  readonly config: AxiosRequestLike;
  readonly status: number;
  readonly headers: object;
  readonly data: unknown;
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
      use(
        onFulfilled: <Answer extends AxiosResponseLike>(answer: Answer) => Promise<Answer>,
        onRejected: (error: unknown) => Promise<unknown>,
      ): number;
      eject(id: number): void;
    };
  };
  getUri(config: object): string;
  request(config: object): Promise<unknown>;
}

/**
 * Lets an axios instance send the access token, and its requests again after a refresh, as `baton.fetch` does.
 *
 * @param errorCode as given to `createBaton`; it finds a body only where axios has parsed one
 * @returns undoes it
 */
export function authorizeAxios(
  axios: AxiosLike,
  baton: Baton,
  errorCode: ReadErrorCode = markOf,
): Unsubscribe {
  const { request, response } = axios.interceptors;

  const requestId = request.use(async (config) => {
    const isOurs =
      !config.headers.has('authorization') && isTrustedFromPage(baton, axios.getUri(config));
    if (isOurs) config.batonRequest = baton.beginRequest();
    const token = await config.batonRequest?.token();
    if (token) config.headers.set('authorization', `Bearer ${token}`);
    return config;
  });

  const isToBeRepeated = async ({ config, ...answer }: AxiosResponseLike): Promise<boolean> => {
    const isRepeated = await config.batonRequest?.isToBeRepeated(isRefused(answer, errorCode));
    if (isRepeated && isStream(config.data)) throw new BatonError('not_replayable');
    return isRepeated === true;
  };

  const responseId = response.use(
    // Whoever wants no errors finds a 401 here.
    async (answer) => {
      if (!(await isToBeRepeated(answer))) return answer;
      return Object.assign(answer, Object(await axios.request(answer.config)));
    },
    async (error) => {
      const { response: answer }: { response?: AxiosResponseLike } = Object(error);
      if (!answer || !(await isToBeRepeated(answer))) throw error;
      return axios.request(answer.config);
    },
  );

  return () => {
    request.eject(requestId);
    response.eject(responseId);
  };
}

function isRefused(
  { status, headers, data }: Omit<AxiosResponseLike, 'config'>,
  errorCode: ReadErrorCode,
): boolean {
  if (status !== 401) return false;
  const get = (name: string): string | null => Reflect.get(headers, name) ?? null;
  return isTokenRefused(errorCode({ status, headers: { get }, body: Object(data) }));
}
