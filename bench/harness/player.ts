import { HttpConnection } from '../driver/http-connection.js';
import { type Credential, PROTOCOLS, type ProtocolName } from '../driver/protocols.js';
import { logIn } from '../driver/scenarios.js';

/** Somebody who plays a scene with a subject: the owner of a session, or a thief with a copy. */
export class Player {
  private constructor(
    private readonly port: number,
    readonly protocol: (typeof PROTOCOLS)[ProtocolName],
    private readonly bound: boolean,
    private held: Credential,
  ) {}

  /** @param bound whether each refresh carries an `Idempotency-Key` that only its client knows */
  static async loggedIn(port: number, name: ProtocolName, bound = false): Promise<Player> {
    const protocol = PROTOCOLS[name];
    const connection = await HttpConnection.open(port);
    const credential = await logIn(protocol, connection).finally(() => connection.close());
    return new Player(port, protocol, bound, credential);
  }

  /** Whoever has the tokens as they are now: another tab, or a thief. */
  copy(): Player {
    return new Player(this.port, this.protocol, this.bound, this.held);
  }

  get credential(): Credential {
    return this.held;
  }

  /** Refreshes and keeps what it gets. @returns whether it got anything */
  async refresh(key = crypto.randomUUID()): Promise<boolean> {
    const next = await this.present(this.held, key);
    this.held = next ?? this.held;
    return next !== null;
  }

  /** Presents a credential and tells what came back, without keeping it. */
  async present(credential: Credential, key = crypto.randomUUID()): Promise<Credential | null> {
    const { refresh, read } = this.protocol;
    if (refresh === null) return (await this.use()) ? credential : null;
    const connection = await HttpConnection.open(this.port);
    const request = refresh(credential, this.bound ? key : undefined);
    const answer = await connection.exchange(request).finally(() => connection.close());
    return read(answer, credential);
  }

  /** Whether a guarded route lets it in. */
  async use(): Promise<boolean> {
    const connection = await HttpConnection.open(this.port);
    const answer = await connection
      .exchange(this.protocol.guarded(this.held))
      .finally(() => connection.close());
    return answer.status < 300;
  }

  /** Whether it can go on: refresh, use, refresh again. */
  async goesOn(): Promise<boolean> {
    return (await this.refresh()) && (await this.use()) && (await this.refresh());
  }
}
