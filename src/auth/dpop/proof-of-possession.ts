import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../clock.js';
import {
  InvalidDpopProofError,
  InvalidTokenError,
  type TokenName,
  UseDpopNonceError,
} from '../../errors.js';
import { AuthEvents } from '../../events.js';
import { type RegisteredClaims, boundKeyOf } from '../../tokens/claims.js';
import { type DpopProof, DpopProofs, UnusableProofError } from '../../tokens/dpop-proof.js';
import { hashOf } from '../../tokens/token-hash.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { type HttpRequest, addressOf, schemeIn } from '../http-request.js';
import { DpopNonces } from './nonces.js';
import { NonceHeader } from './nonce-header.js';
import { isTargetOf } from './target.js';
import { UsedProofs } from './used-proofs.js';

/** How far a proof's `iat` may be from now, either way: clients' clocks differ, and requests take their time. */
const WINDOW_SECONDS = 60;

/** What a proof has to be made for, besides its request. */
interface Purpose {
  /** The key that it has to be by; null where any will do. */
  readonly boundTo: string | null;
  /** The access token that it has to come with; null where there is none. */
  readonly accessToken: string | null;
}

/** A proof that was found to be in order for a purpose. */
interface Proved extends Purpose {
  /** As it came. */
  readonly text: string;
  readonly jkt: string;
  /** Whether it was used before is still to be told. */
  readonly isClaimed: Promise<void> | undefined;
}

/** A request that several guards look at, or several resolvers, has one proof all the same. */
const PROVED = Symbol('nestjs-baton proof');

interface ProvedRequest extends HttpRequest {
  [PROVED]?: Proved;
}

/**
 * Whether whoever sends a request holds the key that a session is bound to, or shall be. For an application's own
 * routes that open sessions, refresh or end them, too: what it returns is the `jkt` of `AuthService`'s methods.
 *
 * @throws InvalidDpopProofError | UseDpopNonceError from every method
 * @see RFC 9449 sections 4.3, 5, 7.1 and 8
 */
@Injectable()
export class ProofOfPossession {
  private readonly proofs = new DpopProofs();

  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly nonces: DpopNonces,
    private readonly nonceHeader: NonceHeader,
    private readonly used: UsedProofs,
    private readonly events: AuthEvents,
  ) {}

  /**
   * For whoever opens a session. Where proofs are off, nobody's is looked at.
   *
   * @returns the thumbprint of the key to bind it to; null for a bearer's
   */
  async forNewSession(request: HttpRequest): Promise<string | null> {
    const { dpop } = this.config.dpop;
    if (dpop === 'off') return null;
    if (dpop === 'allowed' && request.headers['dpop'] === undefined) return null;
    const { jkt, isClaimed } = this.prove(request, { boundTo: null, accessToken: null });
    await isClaimed;
    return jkt;
  }

  /**
   * For a request with a refresh token of these claims.
   *
   * @returns the thumbprint of the key that the token is bound to; null for a bearer's, of which nothing is asked
   */
  forRefreshToken(request: HttpRequest, claims: RegisteredClaims): Promise<string | null> {
    return this.forTokenInBody(request, claims, 'Refresh');
  }

  /** As {@link forRefreshToken}, for a token of either kind that is no credential of the request's. */
  async forTokenInBody(
    request: HttpRequest,
    claims: RegisteredClaims,
    name: TokenName,
  ): Promise<string | null> {
    const boundTo = boundKeyOf(claims);
    if (boundTo === null) return null;
    try {
      await this.prove(request, { boundTo, accessToken: null }).isClaimed;
      return boundTo;
    } catch (error) {
      throw this.told(error, name, request, claims);
    }
  }

  /**
   * For a request with an access token of these claims, in its `Authorization`.
   *
   * @returns a promise only where somebody else has to be asked whether the proof was used before
   * @throws InvalidTokenError for a token that came with the scheme `DPoP` and is no such token
   */
  forAccessToken(
    request: HttpRequest,
    accessToken: string,
    claims: RegisteredClaims,
  ): Promise<void> | undefined {
    const boundTo = boundKeyOf(claims);
    if (boundTo === null) {
      if (hasDpopScheme(request)) throw new InvalidTokenError('Access');
      return undefined;
    }
    try {
      assertHttp(request);
      if (!hasDpopScheme(request)) {
        throw new InvalidDpopProofError('The access token takes the scheme DPoP', 'scheme');
      }
      const { isClaimed } = this.prove(request, { boundTo, accessToken });
      return isClaimed?.catch((error: unknown) => {
        throw this.told(error, 'Access', request, claims);
      });
    } catch (error) {
      throw this.told(error, 'Access', request, claims);
    }
  }

  private prove(asked: HttpRequest, { boundTo, accessToken }: Purpose): Proved {
    const request: ProvedRequest = asked.http ?? asked;
    const text = proofIn(request);
    const known = request[PROVED];
    if (known !== undefined && isFor(known, text, { boundTo, accessToken })) return known;
    const proof = this.read(text);
    // Before anything that would have to be remembered: a stranger's proofs fill no memory.
    if (boundTo !== null && proof.jkt !== boundTo) {
      throw new InvalidDpopProofError(
        'The DPoP proof is by another key than the session is bound to',
      );
    }
    this.assertIsFor(request, proof, accessToken);
    this.assertNonce(request, proof);
    const isClaimed = this.used.claim(proof, proof.iat + WINDOW_SECONDS, boundTo !== null);
    const proved = { text, boundTo, accessToken, jkt: proof.jkt, isClaimed };
    request[PROVED] = proved;
    return proved;
  }

  private read(text: string): DpopProof {
    try {
      return this.proofs.read(text);
    } catch (error) {
      throw error instanceof UnusableProofError ? invalid(error.message) : error;
    }
  }

  private assertIsFor(request: HttpRequest, proof: DpopProof, accessToken: string | null): void {
    const { htm, htu, iat, ath } = proof;
    if (htm !== request.method) throw invalid('The DPoP proof is for another method');
    if (!isTargetOf(request, htu, this.config.dpop.publicUrl)) {
      throw invalid('The DPoP proof is for another URL');
    }
    const ageMs = this.clock.nowMs() - iat * 1000;
    if (!(Math.abs(ageMs) <= WINDOW_SECONDS * 1000)) {
      throw invalid('The DPoP proof is too old, or of a clock that is ahead');
    }
    if (accessToken !== null && ath !== hashOf(accessToken)) {
      throw invalid('The DPoP proof is for another access token');
    }
  }

  /** A client is told of the next nonce before the one it has is no longer taken. */
  private assertNonce(request: HttpRequest, { nonce }: DpopProof): void {
    if (!this.config.dpop.dpopNonce) return;
    const { current } = this.nonces;
    if (nonce === current) return;
    if (!this.nonces.accepts(nonce)) throw new UseDpopNonceError(current);
    this.nonceHeader.set(request, current);
  }

  /** To be asked for a nonce is part of the way; anything else is somebody's try. */
  private told(
    error: unknown,
    name: TokenName,
    request: HttpRequest,
    { sid: sessionId, sub: userId }: RegisteredClaims,
  ): unknown {
    if (!(error instanceof InvalidDpopProofError)) return error;
    const token = name === 'Access' ? 'access' : 'refresh';
    const about = { sessionId, userId, token, fault: error.fault } as const;
    const atMs = this.clock.nowMs();
    this.events.emit({ type: 'session.proof_refused', ...about, ip: addressOf(request), atMs });
    return error;
  }
}

function isFor(known: Proved, text: string, { boundTo, accessToken }: Purpose): boolean {
  return known.text === text && known.boundTo === boundTo && known.accessToken === accessToken;
}

/** What a login is told where proofs are required. */
export function missingProof(): InvalidDpopProofError {
  return new InvalidDpopProofError('The DPoP proof is missing', 'missing');
}

/** A message has neither a method nor a URL that a proof could be for. */
function assertHttp({ method, http }: HttpRequest): void {
  if ((method ?? http?.method) === undefined)
    throw invalid('A session that is bound to a key takes plain HTTP');
}

/** Node joins headers of one name by commas: two proofs are none. */
function proofIn({ headers }: HttpRequest): string {
  const proof = headers['dpop'];
  if (proof === undefined || proof === '') throw missingProof();
  if (typeof proof !== 'string' || proof.includes(','))
    throw invalid('There is more than one DPoP proof');
  return proof;
}

const hasDpopScheme = (request: HttpRequest): boolean =>
  schemeIn(request.http ?? request) === 'dpop';

const invalid = (description: string) => new InvalidDpopProofError(description, 'invalid');
