import type { Baton } from './baton.js';
import { isBound, sessionBound } from './bound-token.js';
import type { DpopProver } from './dpop.js';
import { BatonError } from './errors.js';
import type { Unsubscribe } from './events.js';
import { fromPage, isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import { isStream } from './replayable-request.js';
import { unlessAborted } from './retry.js';
import { type ReadErrorCode, markOf } from './server-answer.js';
import type { SessionRequest } from './session-request.js';

/** The part of axios's request configuration that is used. */
export interface AxiosRequestLike {
  readonly headers: {
    has(name: string): boolean;
    set(name: string, value: string): unknown;
  };
  readonly method?: string;
  readonly data?: unknown;
  readonly signal?: unknown;
  /** Whether it was sent again with another proof. */
  isProvedAgain?: boolean;
  /** What was begun for it; axios copies it when the request is sent again. */
  batonRequest?: SessionRequest;
}

/** What `authorizeAxios` is told. */
export interface AxiosAuthorizationOptions {
  /** As given to `createBaton`; it finds a body only where axios has parsed one. @default the header `X-Auth-Error` */
  readonly errorCode?: ReadErrorCode | undefined;
  /** Proves bound sessions: the one of `withDpop`'s options. @default requests of bound sessions throw `session_bound` */
  readonly prover?: DpopProver | undefined;
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
 * @returns undoes it
 */
export function authorizeAxios(
  axios: AxiosLike,
  baton: Baton,
  { errorCode = markOf, prover }: AxiosAuthorizationOptions = {},
): Unsubscribe {
  const { request, response } = axios.interceptors;
  const proofs = proofsOf(axios, prover);

  const requestId = request.use(async (config) => {
    const isOurs =
      !config.headers.has('authorization') && isTrustedFromPage(baton, axios.getUri(config));
    if (isOurs) config.batonRequest = baton.beginRequest();
    const token = await whileWanted(config, config.batonRequest?.token());
    const headers = token && isBound(token) ? proofs.headersFor(config, token) : bearer(token);
    Object.entries(await headers).forEach(([name, value]) => config.headers.set(name, value));
    return config;
  });

  const isToBeRepeated = async ({ config, ...answer }: AxiosResponseLike): Promise<boolean> => {
    if (proofs.isToBeProvedAgain(config, answer)) return true;
    const isRepeated = config.batonRequest?.isToBeRepeated(isRefused(answer, errorCode));
    if (!(await whileWanted(config, isRepeated))) return isUnwanted(config);
    if (isStream(config.data)) throw new BatonError('not_replayable');
    return true;
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

const signalOf = ({ signal }: AxiosRequestLike) =>
  signal instanceof AbortSignal ? signal : undefined;

const isUnwanted = (config: AxiosRequestLike): boolean => signalOf(config)?.aborted === true;

/** Waits as long as the request is wanted. Axios refuses to send one that is not, in its own words. */
async function whileWanted<Answer>(
  config: AxiosRequestLike,
  promise: Promise<Answer> | undefined,
): Promise<Answer | undefined> {
  try {
    return await (promise && unlessAborted(signalOf(config), promise));
  } catch (error) {
    if (!isUnwanted(config)) throw error;
  }
}

const bearer = (token: string | null | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

/** What is proved of the requests of an instance. */
function proofsOf(axios: AxiosLike, prover: DpopProver | undefined) {
  const urlOf = (config: AxiosRequestLike) => fromPage(axios.getUri(config)).href;
  return {
    async headersFor(config: AxiosRequestLike, token: string) {
      if (!prover) throw sessionBound("give authorizeAxios the prover of withDpop's options");
      const { method = 'get' } = config;
      return prover.headersFor({ method, url: urlOf(config), token });
    },
    /** Once; a stream is used up. */
    isToBeProvedAgain(
      config: AxiosRequestLike,
      { status, headers }: Omit<AxiosResponseLike, 'config'>,
    ): boolean {
      if (!prover || !config.batonRequest) return false;
      const answer = { status, headers: read(headers) };
      const isWorthwhile = prover.isToBeProvedAgain(answer, urlOf(config));
      if (!isWorthwhile || config.isProvedAgain || isStream(config.data)) return false;
      return (config.isProvedAgain = true);
    },
  };
}

function isRefused(
  { status, headers, data }: Omit<AxiosResponseLike, 'config'>,
  errorCode: ReadErrorCode,
): boolean {
  if (status !== 401) return false;
  return isTokenRefused(errorCode({ status, headers: read(headers), body: Object(data) }));
}

function read(headers: object): Pick<Headers, 'get'> {
  return { get: (name) => Reflect.get(headers, name) ?? null };
}
