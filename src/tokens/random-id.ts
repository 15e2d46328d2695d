import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;

/** As many as are drawn at once: a draw costs as much as ten hashes, however little is drawn. */
const IDS_IN_POOL = 256;

const pool = Buffer.alloc(IDS_IN_POOL * ID_BYTES);
let used = pool.length;

/** An identifier that nobody guesses: 128 random bits, base64url. What was handed out is forgotten here. */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += ID_BYTES;
  const id = pool.toString('base64url', start, used);
  pool.fill(0, start, used);
  return id;
}
