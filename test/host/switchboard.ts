import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

/** The name under which a database is reached, wherever it is: a line that a test switches, holds and cuts. */
export class Switchboard {
  private readonly lines = new Set<Socket>();
  private held = false;

  private readonly server = createServer((near) => {
    const far = connect(this.target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.lines.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.lines.delete(one);
        other.destroy();
      });
      one.pipe(other);
      if (this.held) one.pause();
    }
  });

  private constructor(
    /** The port that new connections lead to; those that are open stay where they are. */
    public target: number,
  ) {}

  static async to(target: number): Promise<Switchboard> {
    const board = new Switchboard(target);
    board.server.listen(0, '127.0.0.1');
    await once(board.server, 'listening');
    return board;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen');
    return address.port;
  }

  /** From now on nothing gets through, and nobody is told. */
  hold(): void {
    this.held = true;
    for (const line of this.lines) line.unpipe().pause();
  }

  /** New connections get through again; of those that were held, nobody hears any more. */
  letThrough(): void {
    this.held = false;
  }

  /** Ends the connections that are open. */
  cut(): void {
    for (const line of this.lines) line.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
