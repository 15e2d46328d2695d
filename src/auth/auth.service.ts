import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { InvalidCredentialsError, NotFoundError } from '../errors.js';
import { SeenTokens } from '../sessions/seen-tokens.js';
import type { LiveSession } from '../sessions/live-session.js';
import { LogoutService } from '../sessions/logout.service.js';
import { RevocationService } from '../sessions/revocation.service.js';
import { RotationService } from '../sessions/rotation.service.js';
import {
  SessionLists,
  type SessionPage,
  type SessionPageOptions,
} from '../sessions/session-lists.js';
import { SessionService } from '../sessions/session.service.js';
import {
  type SessionOrigin,
  requireSessionId,
  storableUserId,
} from '../sessions/storable-session.js';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { isGeneration } from '../tokens/claims.js';
import { type PresentedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import type { AuthUser, Credentials } from '../users/user-store.js';
import type { TokenPairBody } from '../wire.js';
import { AccessControl, type AuthenticatedUser, onlookerOf } from './access-control.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { REPLACED } from './cookie/refresh-cookie.js';
import { CredentialCheck } from './credential-check.js';
import { missingProof } from './dpop/proof-of-possession.js';
import type { HolderOptions, OpenOptions, RefreshOptions } from './holder-options.js';
import { KnownUsers } from './known-users.js';
import { ownPartsOf } from './own-parts.js';
import { TokenPairs } from './token-pairs.js';

const NOWHERE: SessionOrigin = { ip: null, userAgent: null, deviceName: null };

/** The use cases of the module, for applications that bring routes of their own. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly sessionService: SessionService,
    private readonly lists: SessionLists,
    private readonly revocations: RevocationService,
    private readonly logouts: LogoutService,
    private readonly rotation: RotationService,
    private readonly accessTokens: AccessTokenCodec,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly accessControl: AccessControl,
    private readonly pairs: TokenPairs,
    private readonly knownUsers: KnownUsers,
    private readonly credentials: CredentialCheck,
    private readonly seenTokens: SeenTokens,
  ) {}

  /**
   * Checks the credentials and opens a session. Failures are counted, see the option `attempts`.
   *
   * @throws InvalidCredentialsError when the user store says no
   * @throws TooManyAttemptsError however right the credentials are, after too many that were not
   * @throws InvalidDpopProofError where a proof is required (`dpop`), and no key was proved
   */
  async login(
    credentials: Credentials,
    origin: SessionOrigin = NOWHERE,
    options: OpenOptions = {},
  ): Promise<TokenPairBody> {
    const user = await this.checkCredentials(credentials);
    const pair = await this.openSession(user, origin, options);
    if ((await this.config.users.isCurrent?.(user)) !== false) return pair;
    await this.revocations.revoke(pair.session_id, storableUserId(user.id), 'password_changed');
    throw new InvalidCredentialsError();
  }

  /**
   * Checks the credentials as {@link login} does, attempts counted, and opens nothing: before a password is changed.
   *
   * @throws InvalidCredentialsError | TooManyAttemptsError
   */
  checkCredentials(credentials: Credentials): Promise<AuthUser> {
    return this.credentials.userOf(credentials);
  }

  /**
   * Opens a session for a user who has proved who they are in another way: a passkey, a social login. With a key it
   * is bound to that key. The session that it replaces ends.
   *
   * @throws InvalidDpopProofError where a proof is required (`dpop`), and no key was proved
   */
  async openSession(
    user: AuthUser,
    origin: SessionOrigin = NOWHERE,
    { jkt = null, replaces = null }: OpenOptions = {},
  ): Promise<TokenPairBody> {
    if (jkt === null && this.config.dpop.dpop === 'required') throw missingProof();
    await this.config.onLogin?.(user, origin);
    const parts = await ownPartsOf(this.config, user, 'login');
    if (replaces !== null) await this.logouts.byRefreshToken(replaces, REPLACED);
    return this.pairs.of(await this.sessionService.open(user.id, origin, jkt), parts);
  }

  /**
   * Buys the next pair with a refresh token.
   *
   * @throws TokenReusedError | SessionRevokedError | TokenExpiredError | InvalidTokenError
   * @throws MaxUsesReachedError | InvalidDpopProofError | UnavailableError
   */
  refresh(refreshToken: string, options: RefreshOptions = {}): Promise<TokenPairBody> {
    const claims = this.refreshTokens.verify(refreshToken);
    return this.refreshVerified({ token: refreshToken, claims }, options);
  }

  /** As {@link refresh}, for a token that `RefreshTokenGuard` has verified. */
  async refreshVerified(
    presented: PresentedRefreshToken,
    { idempotencyKey = null, jkt = presented.jkt ?? null, clientId }: RefreshOptions = {},
  ): Promise<TokenPairBody> {
    const user = await this.knownUsers.of(presented.claims.sub, 'Refresh');
    await this.config.onRefresh?.(user, presented.claims.sid);
    const parts = await ownPartsOf(this.config, user, 'refresh');
    const issued = await this.rotation.refresh({ ...presented, idempotencyKey, jkt });
    return this.pairs.of(issued, parts, clientId);
  }

  /** Ends the session of a refresh token: any genuine one, expired ones included. Ending it twice is no error. */
  async logout(
    refreshToken: string,
    reason = 'logout',
    { jkt = null }: HolderOptions = {},
  ): Promise<void> {
    const claims = this.refreshTokens.verifyGenuine(refreshToken);
    await this.logouts.byRefreshToken({ token: refreshToken, claims, jkt }, reason);
  }

  /** The same, by an access token. */
  async logoutByAccessToken(
    accessToken: string,
    reason = 'logout',
    { jkt = null }: HolderOptions = {},
  ): Promise<void> {
    await this.logouts.byAccessToken(this.accessTokens.verify(accessToken), jkt, reason);
  }

  /**
   * All live sessions of the user, the most recently used first.
   * @param asking whom a guard let in, where it is the user who asks: of the session that asks nothing is shown
   *   that an older copy of its token could be used to watch; none for an administrator
   */
  sessions(userId: AuthUser['id'], asking?: AuthenticatedUser | null): Promise<LiveSession[]> {
    return this.lists.all(userId, onlookerOf(asking));
  }

  /**
   * As {@link sessions}, page by page, and none of them twice. The session that asks is on the first page.
   * @throws InvalidRequestError for a limit out of its range, or a cursor that no page had
   */
  sessionPage(
    userId: AuthUser['id'],
    asking?: AuthenticatedUser | null,
    page: SessionPageOptions = {},
  ): Promise<SessionPage> {
    return this.lists.page(userId, onlookerOf(asking), page);
  }

  /**
   * Ends one of the user's live sessions.
   *
   * @param reason what a refresh is told, at most 64 characters
   * @throws NotFoundError when the user has no such session
   * @throws TypeError for a user id or a reason that no row could hold
   */
  async revokeSession(userId: AuthUser['id'], sessionId: string, reason = 'logout'): Promise<void> {
    const revoked = await this.revocations.revokeOwn(sessionId, userId, reason);
    if (!revoked) throw new NotFoundError('There is no such session');
  }

  /**
   * Ends every session of the user, but for the one that `exceptId` names.
   * @param reason what a refresh is told, at most 64 characters
   * @param lastId the session that ends with the last of many: whoever holds it can ask again if this fails half-way
   * @throws TypeError for what no row could hold
   */
  async revokeSessions(
    userId: AuthUser['id'],
    reason = 'logout',
    exceptId: string | null = null,
    lastId: string | null = null,
  ): Promise<void> {
    await this.revocations.revokeAll(userId, reason, { exceptId, lastId });
  }

  /**
   * As {@link revokeSessions}, in one transaction with what the application writes into the same database, such
   * as another password: both hold, or neither. On SQLite, no transaction of the application may be open.
   *
   * @param write by the given manager; resolves to false when nothing is to be done after all. It is run again
   *   where the database has undone it because of somebody else's statement
   * @returns what `write` resolved to
   * @throws UnavailableError when it was undone
   */
  revokeSessionsWith(
    write: (manager: EntityManager) => Promise<boolean>,
    userId: AuthUser['id'],
    reason: string,
    exceptSessionId?: string,
  ): Promise<boolean> {
    return this.revocations.revokeAllWith(write, userId, reason, exceptSessionId);
  }

  /**
   * Whom an access token lets in, for wherever no guard stands: a socket's handshake, a queue.
   *
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError | InvalidDpopProofError | UnavailableError
   */
  async authenticate(
    accessToken: string,
    { jkt = null }: HolderOptions = {},
  ): Promise<AuthenticatedUser> {
    return this.accessControl.authenticate(accessToken, jkt);
  }

  /**
   * Tells the module that an access token was seen in use where no guard of it stands, so that the refresh
   * token issued with it counts as received.
   *
   * @param sessionId the token's `sid`
   * @param generation the token's `gen`
   * @throws TypeError when no token has these
   */
  confirm(sessionId: string, generation: number): void {
    requireSessionId(sessionId);
    if (!isGeneration(generation)) throw new TypeError('A generation takes a whole number');
    this.seenTokens.note(sessionId, generation);
  }

  /** The user that an access token or a session belongs to. @throws InvalidTokenError when there is none any more */
  findUser(userId: string): Promise<AuthUser> {
    return this.knownUsers.of(userId, 'Access');
  }
}
