import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { Transform } from 'node:stream';

/** What becomes of an answer on its way: it arrives, is lost in silence, or is lost together with its connection. */
export type Fate = 'arrives' | 'vanishes' | 'is cut';

/** The name under which a database is reached, wherever it is: a line that a test switches, holds, cuts and spoils. */
export class Switchboard {
  private readonly lines = new Set<Socket>();
  private held = false;

  /** How long whatever is said is on its way. */
  delayMs = 0;

  /** Asked of each piece that the database says. A statement whose answer is lost has been committed. */
  fateOfAnswer: () => Fate = () => 'arrives';

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
      one.pipe(this.wire(one, one === far)).pipe(other);
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

  /** Ends them as a machine does that knows of none: with a reset. */
  reset(): void {
    for (const line of this.lines) line.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private wire(from: Socket, isAnswer: boolean): Transform {
    return new Transform({
      transform: (piece, _encoding, passOn) => {
        const fate = isAnswer ? this.fateOfAnswer() : 'arrives';
        if (fate === 'is cut') from.destroy();
        if (fate !== 'arrives') passOn();
        else if (this.delayMs === 0) passOn(null, piece);
        else setTimeout(passOn, this.delayMs, null, piece);
      },
    });
  }
}
