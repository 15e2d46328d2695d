import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InvalidDpopProofError } from '../errors.js';
import type { SessionOrigin } from '../sessions/storable-session.js';
import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';
import type { TokenPairBody } from '../wire.js';
import { AttemptLimits, isUnauthorized } from './attempts/attempt-limits.js';
import type { RefreshOptions } from './holder-options.js';
import { type CookiePairBody, RefreshCookie } from './cookie/refresh-cookie.js';
import { ProofOfPossession } from './dpop/proof-of-possession.js';
import { ErrorHeaders } from './error-headers.js';
import {
  type HttpRequest,
  addressOf,
  connectionSignal,
  idempotencyKeyOf,
  originOf,
} from './http-request.js';
import { ProxyWarning } from './proxy-warning.js';
import { ReplacedSession } from './replaced-session.js';

/** Who asks for a session, as the request says. */
export interface AuthCaller {
  /** For `AuthService.openSession` and `login`; the name of the device is the application's to add. */
  readonly origin: SessionOrigin;
  /** Aborted when the client's connection is gone. */
  readonly signal: AbortSignal | undefined;
  /** The key to bind the session to, whose possession the request has proved; null for a bearer's. */
  readonly jkt: string | null;
  /** The session that the new one takes the cookie from, for `AuthService.openSession` and `login` to end. */
  readonly replaces: PresentedRefreshToken | null;
}

/**
 * What the module's routes do around a pair of tokens, for routes of an application's own: the headers of answers and
 * errors (`Cache-Control`, `X-Auth-Error`, `WWW-Authenticate`, `Retry-After`), the refresh token's cookie, the key of
 * repeats, and the count of refused tokens. Nothing else stands around the module's own.
 */
@Injectable()
export class AuthResponder {
  constructor(
    private readonly cookie: RefreshCookie,
    private readonly proxies: ProxyWarning,
    private readonly attempts: AttemptLimits,
    private readonly possession: ProofOfPossession,
    private readonly replaced: ReplacedSession,
    private readonly errorHeaders: ErrorHeaders,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * Answers with the pair of a session that `open` opens, however the user proved who they are.
   *
   * @param response of the platform, with `passthrough`: `@Res({ passthrough: true })`
   * @returns the body; without the refresh token where it went into the cookie
   */
  open(
    request: HttpRequest,
    response: unknown,
    open: (caller: AuthCaller) => Promise<TokenPairBody>,
  ): Promise<TokenPairBody | CookiePairBody> {
    return this.errorHeaders.around(response, async () => {
      this.proxies.look(request);
      const signal = connectionSignal(request);
      const jkt = await this.possession.forNewSession(request);
      const replaces = this.replaced.of(request, jkt);
      const pair = await open({ origin: originOf(request, null), signal, jkt, replaces });
      this.cookie.clearDoubled(request, response);
      return this.deliver(pair, request, response);
    });
  }

  /** Answers with the next pair, on a route behind `RefreshTokenGuard`. Parameters and answer as {@link open}. */
  refresh(
    request: HttpRequest,
    response: unknown,
    refresh: (options: RefreshOptions) => Promise<TokenPairBody>,
  ): Promise<TokenPairBody | CookiePairBody> {
    return this.errorHeaders.around(response, async () => {
      try {
        const pair = await refresh({ idempotencyKey: idempotencyKeyOf(request) });
        return this.deliver(pair, request, response);
      } catch (error) {
        if (isGuess(error)) this.attempts.noteRefusedToken(addressOf(request));
        this.cookie.clearAfter(error, request, response);
        throw error;
      }
    });
  }

  /** Does what ends the session of the request, and takes the cookie away. */
  end(request: HttpRequest, response: unknown, end: () => Promise<void>): Promise<void> {
    return this.errorHeaders.around(response, async () => {
      this.cookie.clearDoubled(request, response);
      await end();
      this.cookie.clear(request, response);
    });
  }

  private deliver(
    pair: TokenPairBody,
    request: HttpRequest,
    response: unknown,
  ): TokenPairBody | CookiePairBody {
    this.adapterHost.httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    return this.cookie.deliver(pair, request, response);
  }
}

/** A token that wants a proof is genuine: its thief must not lock out who shares the address. */
export const isGuess = (error: unknown): boolean =>
  isUnauthorized(error) && !(error instanceof InvalidDpopProofError);
