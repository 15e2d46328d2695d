import {
  AuthError,
  type AuthErrorCode,
  AuthEvents,
  AuthService,
  RefreshToken,
  type SessionRefreshedEvent,
  type TokenPairBody,
} from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { RefreshTokenCodec } from '../../src/tokens/refresh-token-codec.js';
import { hashOf } from '../../src/tokens/token-hash.js';
import type { Host } from '../host/start-host.js';

/** What a property may take on a slow machine. */
export const PATIENCE_MS = 120_000;

const ANN = { id: '1', username: 'ann' };

/** What a presentation came to: how the session was refreshed, or the code of the refusal. */
export interface Answer {
  readonly outcome: SessionRefreshedEvent['how'] | AuthErrorCode;
  readonly pair: TokenPairBody | null;
}

/** One session of a running host, and every pair that it has handed out. */
export class Race {
  /** By generation; a replay hands out no new refresh token, so each has one. */
  readonly pairs: TokenPairBody[];
  readonly sessionId: string;
  /** The generations that recoveries have taken back. */
  readonly withdrawn = new Set<number>();
  private readonly auth: AuthService;

  private constructor(
    private readonly host: Host,
    readonly first: TokenPairBody,
  ) {
    this.auth = host.app.get(AuthService);
    this.sessionId = first.session_id;
    this.pairs = [first];
  }

  static async start(host: Host): Promise<Race> {
    return new Race(host, await host.app.get(AuthService).openSession(ANN));
  }

  /** Presents a refresh token. Of several at the same moment the answers may be mixed up. */
  async present(token: string, idempotencyKey: string | null = null): Promise<Answer> {
    let how: SessionRefreshedEvent['how'] | undefined;
    const events = this.host.app.get(AuthEvents).on('session.refreshed');
    const listening = events.subscribe((event) => {
      how = event.how;
      if (how === 'recover') this.withdrawn.add(event.generation - 1);
    });
    try {
      const pair = await this.auth.refresh(token, { idempotencyKey });
      this.keep(pair);
      return { outcome: how ?? 'server_error', pair };
    } catch (error) {
      if (error instanceof AuthError) return { outcome: error.code, pair: null };
      throw error;
    } finally {
      listening.unsubscribe();
    }
  }

  /** Uses an access token. @returns whether it lets its holder in */
  async use({ access_token: token }: TokenPairBody): Promise<boolean> {
    try {
      const user = await this.auth.authenticate(token);
      return user.sessionId === this.sessionId;
    } catch (error) {
      if (error instanceof AuthError) return false;
      throw error;
    }
  }

  logout({ refresh_token: token }: TokenPairBody): Promise<void> {
    return this.auth.logout(token);
  }

  /** Has the row told what was seen in use. */
  flush(): Promise<void> {
    return this.host.app.get(SeenTokens).flush();
  }

  row(): Promise<RefreshToken> {
    return this.host.dataSource.getRepository(RefreshToken).findOneByOrFail({ id: this.sessionId });
  }

  /** Which of the tokens handed out are live, by generation. */
  liveIn({ tokenHash, revokedAtMs }: RefreshToken): number[] {
    if (revokedAtMs !== null) return [];
    const isLive = ({ refresh_token: token }: TokenPairBody) => hashOf(token) === tokenHash;
    return [...this.pairs.entries()].flatMap(([at, pair]) => (isLive(pair) ? [at] : []));
  }

  generationOf(pair: TokenPairBody): number {
    return this.host.app.get(RefreshTokenCodec).verifyGenuine(pair.refresh_token).gen;
  }

  /** When a pair's refresh token expires, Unix milliseconds. */
  endOf(pair: TokenPairBody): number {
    return this.host.app.get(RefreshTokenCodec).verifyGenuine(pair.refresh_token).exp * 1000;
  }

  /** A generation is only ever handed out as the same token. */
  private keep(pair: TokenPairBody): void {
    const generation = this.generationOf(pair);
    this.pairs[generation] ??= pair;
    if (this.pairs[generation].refresh_token !== pair.refresh_token) {
      throw new Error(`generation ${generation} is two tokens`);
    }
  }
}
