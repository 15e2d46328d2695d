import { HttpException } from '@nestjs/common';
import type { AuthService } from 'nestjs-baton';
import type { Life, World } from './world.js';

/** Longer than that no message is under way. */
const LONGEST_WAY_MS = 4_000;
const GRACE_MS = 10_000;

/** What the network sees of a session. */
export interface SeenSession {
  readonly user: string;
  endedBecause?: string;
  readonly refreshesAtMs: number[];
}

interface Message {
  readonly sentAtMs: number;
  readonly server: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Two servers of the real policy, and a line to them on which anything may be lost, late or doubled. */
export class Network {
  /** How often something happens to a message, from 0 to 1. */
  trouble = 0;
  readonly sessions = new Map<string, SeenSession>();
  /** Which server issued a token. */
  private readonly issuers = new Map<string, string>();
  /** When a refresh token was first presented. */
  private readonly presentedAtMs = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly auth: AuthService,
    private readonly password: string,
  ) {}

  fetchFor(life: Life): typeof globalThis.fetch {
    return (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const message: Message = {
        sentAtMs: this.world.nowMs,
        server: url.origin,
        path: url.pathname,
        headers: new Headers(init.headers),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : {},
      };
      return new Promise((resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('Aborted')));
        const settle = (tell: () => void) => life.deliver(tell);
        this.send(
          life,
          message,
          (response) => settle(() => resolve(response)),
          () => settle(() => reject(new TypeError('fetch failed'))),
        );
      });
    };
  }

  private send(
    life: Life,
    message: Message,
    answer: (response: Response) => void,
    fail: () => void,
  ): void {
    const { random } = this.world;
    const fate = random.chance(this.trouble)
      ? random.pick(['lost', 'unanswered', 'silent', 'late', 'doubled'] as const)
      : 'fine';
    const wayMs = () =>
      fate === 'late' ? random.between(500, LONGEST_WAY_MS) : random.between(1, 40);
    this.world.log(`${life.name}: ${message.server}${message.path} (${fate})`);
    if (fate === 'lost') return void this.world.after(wayMs(), fail);
    const arrive = async () => {
      const response = await this.world.work(() => this.serve(message));
      this.world.log(`    ${message.path} for ${life.name}: ${response.status}`);
      if (fate === 'silent') return;
      this.world.after(wayMs(), () => (fate === 'unanswered' ? fail() : answer(response)));
    };
    this.world.after(wayMs(), () => void arrive());
    if (fate === 'doubled')
      this.world.after(random.between(1, LONGEST_WAY_MS), () => void arrive());
  }

  private async serve(message: Message): Promise<Response> {
    try {
      const body = await this.route(message);
      return body ? Response.json(body) : new Response(null, { status: 204 });
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      const body: { error?: string } = Object(error.getResponse());
      const headers = { 'x-auth-error': body.error ?? '' };
      return Response.json(body, { status: error.getStatus(), headers });
    }
  }

  private route({ sentAtMs, server, path, headers, body }: Message): Promise<object | null> {
    const token = String(body['refresh_token']);
    switch (path) {
      case '/auth/login':
        return this.login(server, String(body['username']));
      case '/auth/token/refresh':
        this.expectOwn(server, token);
        this.expectInTime(token, sentAtMs);
        return this.refresh(server, token, headers.get('idempotency-key'));
      case '/auth/logout':
        this.expectOwn(server, token);
        return this.logout(token);
      default:
        return this.order(server, headers);
    }
  }

  private async login(server: string, username: string): Promise<object> {
    const credentials = { username, password: this.password, ip: null };
    const pair = await this.auth.login(credentials);
    this.sessions.set(pair.session_id, { user: username, refreshesAtMs: [] });
    return this.issued(server, pair);
  }

  /** A message that the grace period ended for on its way is a theft by the contract, and nobody's fault. */
  private expectInTime(token: string, sentAtMs: number): void {
    const firstAtMs = this.presentedAtMs.get(token) ?? this.world.nowMs;
    this.presentedAtMs.set(token, firstAtMs);
    const graceEndsAtMs = firstAtMs + GRACE_MS;
    const session = this.sessions.get(sessionOf(token));
    if (session && sentAtMs < graceEndsAtMs && this.world.nowMs >= graceEndsAtMs) {
      session.endedBecause ??= 'a message that came late';
    }
  }

  private async refresh(server: string, token: string, idempotencyKey: string | null) {
    this.sessions.get(sessionOf(token))?.refreshesAtMs.push(this.world.nowMs);
    return this.issued(server, await this.auth.refresh(token, { idempotencyKey }));
  }

  private async logout(token: string): Promise<null> {
    const session = this.sessions.get(sessionOf(token));
    if (session) session.endedBecause ??= 'logout';
    await this.auth.logout(token);
    return null;
  }

  /** A guarded route. The request says in whose session it was begun. */
  private async order(server: string, headers: Headers): Promise<object> {
    const token = headers.get('authorization')?.slice('Bearer '.length) ?? '';
    if (token) this.expectOwn(server, token);
    const begun = headers.get('x-begun-in');
    if (token && begun && sessionOf(token) !== begun) {
      this.world.violate(`a request begun in ${begun} was sent in ${sessionOf(token)}`);
    }
    await this.auth.authenticate(token);
    return { session_id: sessionOf(token) };
  }

  private issued<Pair extends { access_token: string; refresh_token?: string }>(
    server: string,
    pair: Pair,
  ): Pair {
    this.issuers.set(pair.access_token, server);
    if (pair.refresh_token) this.issuers.set(pair.refresh_token, server);
    return pair;
  }

  private expectOwn(server: string, token: string): void {
    const issuer = this.issuers.get(token);
    if (issuer !== server) this.world.violate(`a token of ${issuer} was sent to ${server}`);
  }
}

function sessionOf(token: string): string {
  const claims: { sid?: string } = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return claims.sid ?? '';
}
