import type { TokenPairBody } from 'nestjs-baton';
import { hashOf } from '../../src/tokens/token-hash.js';
import type { Outcome } from './referee.js';
import type { Server, Surroundings } from './server.js';

/** No answer came, or one that has consumed nothing: to be repeated. */
export const isToBeRepeated = (
  outcome: Outcome<unknown> | null,
): outcome is { code: string } | null =>
  outcome === null || ('code' in outcome && outcome.code === 'unavailable');

/** Somebody with tokens, and the requests that they send, each to whichever server the balancer picks. */
export class Party {
  constructor(
    readonly name: string,
    protected readonly around: Surroundings,
    protected readonly servers: readonly Server[],
  ) {}

  /** @param key the `Idempotency-Key` @returns null when no answer came */
  protected async present(
    token: string,
    key: string | null,
  ): Promise<Outcome<TokenPairBody> | null> {
    const { expiresMs, sessionId, generation } = placeOf(token);
    const label = this.around.ledger.labelOf(sessionId, generation);
    const server = this.pick();
    this.tell(`presents ${label} to ${server.name}`);
    const hash = hashOf(token);
    const presentation = { party: this.name, sessionId, generation, hash, key, expiresMs };
    const outcome = await this.around.network.ask<Outcome<TokenPairBody>>(
      (reply) => server.refresh(presentation, token, reply),
      2,
    );
    this.tell(`${label}: ${this.described(outcome)}`);
    return outcome;
  }

  /** @returns null when no answer came */
  protected async use(pair: TokenPairBody): Promise<Outcome<unknown> | null> {
    const { access_token: token, session_id: sessionId } = pair;
    const { generation } = placeOf(token);
    const label = this.around.ledger.labelOf(sessionId, generation);
    const server = this.pick();
    const { referee, network } = this.around;
    this.tell(`uses the access token of ${label} at ${server.name}`);
    const outcome = await network.ask<Outcome<unknown>>((reply) => {
      server.serve(
        ({ auth }) => auth.authenticate(token),
        (admitted) => {
          if ('answer' in admitted) {
            const atMs = this.around.databaseMs();
            const isFirst = server.isNew(token);
            referee.use({ instance: server.name, sessionId, generation, atMs }, isFirst);
          }
          reply(admitted);
        },
      );
    }, 2);
    this.tell(`${label} at ${server.name}: ${this.described(outcome)}`);
    return outcome;
  }

  protected async leave(
    { access_token, refresh_token }: TokenPairBody,
    by: 'access token' | 'refresh token',
  ): Promise<Outcome<void> | null> {
    const { sessionId, generation } = placeOf(refresh_token);
    const server = this.pick();
    const { referee, network, databaseMs } = this.around;
    const label = this.around.ledger.labelOf(sessionId, generation);
    this.tell(`logs out with the ${by} of ${label} at ${server.name}`);
    return network.ask<Outcome<void>>((reply) => {
      const arrivedMs = databaseMs();
      server.serve(
        ({ auth }) =>
          by === 'access token'
            ? auth.logoutByAccessToken(access_token)
            : auth.logout(refresh_token),
        (outcome) => {
          if ('answer' in outcome) referee.logOut(server.name, sessionId, arrivedMs);
          reply(outcome);
        },
      );
    }, 2);
  }

  protected pick(): Server {
    const up = this.servers.filter(({ running }) => running !== null);
    return this.around.random.pick(up.length > 0 ? up : this.servers);
  }

  protected tell(what: string): void {
    this.around.trace.tell(this.name, what);
  }

  private described(outcome: Outcome<unknown> | null): string {
    if (outcome === null) return 'no answer';
    if ('code' in outcome) return outcome.code;
    const { answer } = outcome;
    if (typeof answer !== 'object' || answer === null || !('refresh_token' in answer))
      return 'let in';
    const { sessionId, generation } = placeOf(String(answer.refresh_token));
    return `gets ${this.around.ledger.labelOf(sessionId, generation)}`;
  }
}

/** The session and the generation of a token, and when it expires. */
export function placeOf(token: string) {
  const claims: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
  );
  if (typeof claims !== 'object' || claims === null) throw new TypeError('A token has claims');
  const { sid, gen, exp } = { sid: '', gen: 0, exp: 0, ...claims };
  return { sessionId: sid, generation: gen, expiresMs: exp * 1000 };
}
