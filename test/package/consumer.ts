/**
 * What an application may write with everything that the package exports. `check.js` type-checks it against
 * the packed package; it is never run.
 */
import {
  type ExecutionContext,
  HttpException,
  Injectable,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  AUTH_ROUTE,
  AccessKeys,
  Activity,
  type ActivityBody,
  type ActivityEventBody,
  type ActivityPage,
  type EndedSession,
  type EventReceiverOptions,
  type WebhookOptions,
  type EndedSessionBody,
  type EndedSessionsBody,
  type AccessTokenClaims,
  type AuditLostEvent,
  type AuditOptions,
  type AuthCaller,
  AttemptLimits,
  AuthResponder,
  type AttemptOptions,
  type AttemptPlace,
  type AttemptStore,
  AuthError,
  type AuthErrorCode,
  type AuthEvent,
  AuthEventRecord,
  authEventEntity,
  authEventMigrations,
  type AuthEventOf,
  AuthEvents,
  type AuthEventType,
  AuthHeadersInterceptor,
  AuthModule,
  type AuthModuleExtras,
  type AuthModuleOptions,
  AuthOptionsError,
  AuthService,
  type AuthUser,
  type AuthenticatedUser,
  type Clock,
  Connections,
  type CookieOptions,
  type Credentials,
  CurrentSession,
  CurrentUser,
  type DpopFault,
  type DpopOptions,
  type DpopReplays,
  type OAuthClient,
  OAuthError,
  type OAuthErrorCode,
  type OAuthOptions,
  type Duration,
  type ErrorBody,
  type FurtherFields,
  type HolderOptions,
  InvalidCredentialsError,
  InvalidDpopProofError,
  InvalidRequestError,
  InvalidTokenError,
  JwtAuthGuard,
  type LiveSession,
  type LoginFailedEvent,
  type LoginFields,
  MaxUsesReachedError,
  type MeBody,
  MissingTokenError,
  NotFoundError,
  type NotifyUser,
  OnAuthEvent,
  type OneOrMore,
  type OpenOptions,
  OptionalAuth,
  type PasswordChangedEvent,
  type PresentedRefreshToken,
  type PresetOptions,
  ProofOfPossession,
  type ProofRefusedEvent,
  Public,
  type PushedRevocation,
  type RefreshOptions,
  RefreshToken,
  type RefreshTokenClaims,
  RefreshTokenGuard,
  type RevocationFeed,
  type RsaAlgorithm,
  type SessionBody,
  SessionMismatchError,
  type SessionOpenedEvent,
  type SessionOptions,
  type SessionOrigin,
  type SessionPage,
  type SessionPageOptions,
  type SessionRefreshedEvent,
  SessionRevokedError,
  type SessionRevokedEvent,
  type SessionsBody,
  type StaleCopyEvent,
  TokenExpiredError,
  type TokenName,
  type TokenPairBody,
  TokenReusedError,
  type TokenReusedEvent,
  TooManyAttemptsError,
  UnavailableError,
  type UserId,
  type UserNotice,
  UserRefusedError,
  UseDpopNonceError,
  type UserStore,
  isAuthRoute,
  refreshTokenEntity,
  refreshTokenMigrations,
} from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import type { DataSource, EntityManager, MigrationInterface } from 'typeorm';

interface Member extends AuthUser {
  readonly id: number;
  readonly role: 'reader' | 'writer';
}

class Members implements UserStore<Member> {
  async authenticate({ username, ip, signal }: Credentials): Promise<Member | null> {
    if (signal?.aborted === true) return null;
    if (ip === '192.0.2.1') throw new TooManyAttemptsError(60);
    return { id: 1, username, role: 'reader' };
  }

  async isCurrent({ role }: Member): Promise<boolean> {
    return role === 'reader';
  }

  parseId(text: string): number {
    return Number(text);
  }

  async findById(id: number): Promise<Member | null> {
    return { id, username: 'ann', role: 'writer' };
  }
}

/** Users by e-mail, whose login asks for more: a type without what only some logins have is no store of theirs. */
interface Tenant extends AuthUser {
  readonly email: string;
}

type TenantFields = { readonly tenant: string; readonly otp?: string };

class Tenants implements UserStore<Tenant, TenantFields> {
  async authenticate({
    username: email,
    fields,
  }: Credentials<TenantFields>): Promise<Tenant | null> {
    if (fields?.tenant === 'gone') throw new UserRefusedError('tenant_gone', 'It is closed', 410);
    const further: FurtherFields = { ...fields };
    return fields?.tenant === 'acme' && further['otp'] === fields.otp ? { id: '1', email } : null;
  }

  async findById(id: string): Promise<Tenant | null> {
    return { id, email: 'ann@example.com' };
  }
}

const loginFields: LoginFields<TenantFields> = {
  name: 'email',
  further: { tenant: 'required', otp: 'optional' },
};
export const tenants = AuthModule.forRoot({
  users: new Tenants(),
  loginFields,
  accessSecret: 'current',
  refreshSecret: 'other',
});
// @ts-expect-error: the users know of no such field
export const strangers: LoginFields<TenantFields> = { further: { pin: 'required' } };

export const idOfMember: UserId = 1n;

export const addressOfCaller = ({ origin }: AuthCaller): string | null => origin.ip;
export const optionsOfCaller = ({ jkt, replaces }: AuthCaller): OpenOptions => ({ jkt, replaces });
export const responder: typeof AuthResponder = AuthResponder;

const clock: Clock = { nowMs: () => 0 };
const accessTtl: Duration = '5m';
const accessPrivateKey: OneOrMore = ['current key', 'previous key'];
const cookies: CookieOptions = { origins: ['https://shop.example'], allowPlainHttp: false };
const attempts: AttemptOptions = { perName: 5, perAddress: 100, window: '1h' };
const rsaAlgorithm: RsaAlgorithm = 'PS256';
const pushed: PushedRevocation[] = [];
const revocationFeed: RevocationFeed = {
  publish: (revocations) => void pushed.push(...revocations),
  subscribe: (receive) => receive(pushed),
};
const rules: SessionOptions = { accessTtl, grace: 5, reuseScope: 'user', revocation: 'strict' };
const extras: AuthModuleExtras = {
  globalGuard: true,
  isGlobal: false,
  routeDecorators: [Injectable()],
  dataSource: 'sessions',
};
const options: AuthModuleOptions<Member> = {
  responseFields: ({ role }, route) => ({ role, route }),
  ...rules,
  users: new Members(),
  accessPrivateKey,
  cookies,
  attempts,
  revocationFeed,
  rsaAlgorithm,
  refreshSecret: 'a secret',
  clock,
  accessTokenClaims: ({ role }) => ({ role }),
  onLogin: ({ role }, { ip }: SessionOrigin) => {
    if (role === 'reader' && ip === null) throw new HttpException('not from there', 403);
  },
  onRefresh: async ({ id }, sessionId) => void `${id} ${sessionId}`,
};

export const modules = [
  AuthModule.forRoot({ ...options, ...extras }),
  AuthModule.forRootAsync({ useFactory: async () => options, ...extras }),
  // What `ConfigService.get()` gives, under `exactOptionalPropertyTypes` too.
  AuthModule.forRoot({ ...options, accessTtl: fromSettings('ACCESS_TTL'), routePrefix: undefined }),
];
export const migrations: (new () => MigrationInterface)[] = [
  CreateRefreshTokens1764000000000,
  ...refreshTokenMigrations('staff_sessions'),
  ...authEventMigrations('staff_events'),
];
export const entities = [
  RefreshToken,
  refreshTokenEntity('staff_sessions'),
  AuthEventRecord,
  authEventEntity('staff_events'),
];
export const isOurs = (context: ExecutionContext): boolean =>
  isAuthRoute(context) || Reflect.getMetadata(AUTH_ROUTE, context.getClass()) === true;
export const idOf = ({ id }: LiveSession): string => id;

@Injectable()
export class Desk {
  constructor(
    private readonly auth: AuthService,
    private readonly events: AuthEvents,
    private readonly limits: AttemptLimits,
  ) {}

  async changePassword(user: AuthenticatedUser, password: string): Promise<boolean> {
    await this.auth.checkCredentials({ username: 'ann', password, ip: null });
    await this.limits.registration(null, async () => password);
    const write = async (manager: EntityManager) => manager.connection.isInitialized;
    return this.auth.revokeSessionsWith(write, user.id, 'password_changed', user.sessionId);
  }

  @Public()
  @UseGuards(RefreshTokenGuard)
  exchange(@CurrentUser() presented: PresentedRefreshToken): Promise<TokenPairBody> {
    const claims: RefreshTokenClaims = presented.claims;
    const bound: RefreshOptions = { idempotencyKey: claims.jti };
    return this.auth.refreshVerified(presented, bound);
  }

  @UseGuards(JwtAuthGuard)
  async mine(@CurrentUser() user: AuthenticatedUser): Promise<SessionsBody> {
    const claims: AccessTokenClaims = user.claims;
    const all: LiveSession[] = await this.auth.sessions(claims.sub);
    const first: SessionPageOptions = { limit: Math.min(all.length, 100), cursor: null };
    const { sessions, nextCursor }: SessionPage = await this.auth.sessionPage(user.id, user, first);
    const toBody = ({ id, ip, userAgent, deviceName }: LiveSession): SessionBody => ({
      id,
      current: id === user.sessionId,
      created_at: '',
      last_used_at: '',
      expires_at: '',
      ip,
      user_agent: userAgent,
      device_name: deviceName,
    });
    return { sessions: sessions.map(toBody), next_cursor: nextCursor ?? '' };
  }

  @OptionalAuth()
  @UseGuards(JwtAuthGuard)
  @UseInterceptors(AuthHeadersInterceptor)
  greet(@CurrentSession() session?: AuthenticatedUser): string {
    return session?.id ?? 'stranger';
  }

  @OnAuthEvent('token.reused')
  warn({ sessionId, generation }: TokenReusedEvent): string {
    return `${sessionId} ${generation}`;
  }

  watch(): void {
    this.events.on('login.failed').subscribe((event: LoginFailedEvent) => event.username);
    this.events.all.subscribe((event) => sentence(event));
  }
}

export function sentence(event: AuthEvent): string {
  const type: AuthEventType = event.type;
  switch (event.type) {
    case 'session.opened': {
      const opened: SessionOpenedEvent = event;
      return opened.ip ?? type;
    }
    case 'session.refreshed': {
      const refreshed: SessionRefreshedEvent = event;
      return refreshed.how;
    }
    case 'session.stale_copy': {
      const stale: StaleCopyEvent = event;
      return String(stale.distance);
    }
    case 'session.proof_refused': {
      const refused: ProofRefusedEvent = event;
      const fault: DpopFault = refused.fault;
      return fault;
    }
    case 'session.revoked': {
      const revoked: SessionRevokedEvent = event;
      return revoked.reason;
    }
    case 'token.reused': {
      const reused: AuthEventOf<'token.reused'> = event;
      return reused.userId;
    }
    case 'password.changed': {
      const changed: PasswordChangedEvent = event;
      return changed.userId;
    }
    case 'login.failed':
      return event.username;
    case 'audit.lost': {
      const lost: AuditLostEvent = event;
      return String(lost.count);
    }
  }
}

/** Each option that can be left out, given as `undefined`: what `config.get()` has where nothing is set. */
type Unset<Options> = {
  [Name in keyof Required<Options>]: object extends Pick<Options, Name> ? undefined : Options[Name];
};

/** Does not compile, under `exactOptionalPropertyTypes`, where an option cannot be `undefined`. */
export const unset = {
  options: (given: Unset<AuthModuleOptions<Member>>): AuthModuleOptions<Member> => given,
  extras: (given: Unset<AuthModuleExtras>): AuthModuleExtras => given,
  cookies: (given: Unset<CookieOptions>): CookieOptions => given,
  attempts: (given: Unset<AttemptOptions>): AttemptOptions => given,
  loginFields: (given: Unset<LoginFields>): LoginFields => given,
  refresh: (given: Unset<RefreshOptions>): RefreshOptions => given,
  open: (given: Unset<OpenOptions>): OpenOptions => given,
};

const token: TokenName = 'Refresh';
export const errors: AuthError[] = [
  new InvalidCredentialsError(),
  new InvalidDpopProofError('a sentence', 'missing'),
  new UseDpopNonceError('a nonce'),
  new InvalidRequestError('a sentence'),
  new InvalidTokenError(token),
  new MaxUsesReachedError(),
  new MissingTokenError(),
  new NotFoundError('a sentence'),
  new SessionMismatchError(),
  new SessionRevokedError('logout'),
  new TokenExpiredError(token),
  new TokenReusedError(),
  new UnavailableError('a sentence'),
];
export const codes: AuthErrorCode[] = errors.map(({ code }) => code);
export const bodies: (ErrorBody | MeBody)[] = [
  { error: 'a code', error_description: 'a sentence' },
];
const place: AttemptPlace = { entered: true, window: 'a name', underWay: 1, secondsLeft: 900 };
const store: AttemptStore = { enter: async () => place, leave: async () => {} };
export const sharedAttempts: AttemptOptions = { store };
const replays: DpopReplays = { claim: () => true };
export const dpop: DpopOptions = { dpop: 'required', dpopNonce: true, dpopReplays: replays };
const service: OAuthClient = { id: 'a-service', secret: 'a secret of at least 32 bytes, say' };
/** What an application shows of it on a page of its own. */
@Injectable()
export class Happenings {
  constructor(private readonly activity: Activity) {}

  async ofUser(id: UserId): Promise<readonly string[]> {
    const page: ActivityPage = await this.activity.page(id, 20);
    const ended: EndedSession[] = await this.activity.endedSessions(id);
    return [...page.events.map(({ type }) => type), ...ended.map(({ reason }) => reason)];
  }
}

export const latest = ({ events }: ActivityBody): ActivityEventBody | undefined => events[0];
export const lastEnd = ({ sessions }: EndedSessionsBody): EndedSessionBody | undefined =>
  sessions[0];

const notifyUser: NotifyUser = async ({ type, userId }: UserNotice) => void `${type} of ${userId}`;

export const audit: AuditOptions = { auditRetention: '30d', auditRefreshes: true, notifyUser };

const webhook: WebhookOptions = { url: 'https://hooks.example.com', secret: 'whsec_…' };
const receiver: EventReceiverOptions = { url: 'https://siem.example.com', audience: 'siem' };

export const told: AuditOptions = { webhooks: [webhook], eventReceivers: [receiver] };

export const oauth: OAuthOptions = { oauthClients: [service] };

export const preset: PresetOptions = { preset: 'browser-app' };
const grant: OAuthErrorCode = new OAuthError('invalid_grant', 'a sentence').code;
export const grants = [grant];
export async function holderOf(
  possession: ProofOfPossession,
  request: Parameters<ProofOfPossession['forNewSession']>[0],
): Promise<HolderOptions> {
  return { jkt: await possession.forNewSession(request) };
}
export const openSocket = (connections: Connections, client: object): Promise<unknown> =>
  connections.open(client);
export const rotate = (keys: AccessKeys, pem: string): void => keys.change([pem]);
export const isOptionsError = (error: unknown): boolean => error instanceof AuthOptionsError;
export const count = (source: DataSource): Promise<number> =>
  source.getRepository(RefreshToken).countBy({ revokedReason: 'reuse' });

function fromSettings(name: string): string | undefined {
  return process.env[name];
}
