import { connect } from 'node:net';

/** Writes bytes as they are to a server. @returns the status of each answer, until the server closes or is silent */
export function statusesOf(url: string, bytes: string | Buffer): Promise<number[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    const done = () => {
      const answers = text.matchAll(/HTTP\/1\.1 (\d{3}) /g);
      resolve([...answers].map(([, status]) => Number(status)));
    };
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('close', done);
    // A server may reset the connection of who speaks nonsense; `close` follows.
    socket.on('error', () => {});
  });
}
