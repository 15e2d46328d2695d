import { RefreshToken, type TokenPairBody } from 'nestjs-baton';
import type { Host } from '../host/start-host.js';
import { rowOf } from './vocabulary.js';

const AT_ONCE = 200;

const idAt = (index: number): string =>
  `0192f0c1-0000-7000-8000-${String(index).padStart(12, '0')}`;

/**
 * Adds sessions beside one of a user's as logins would have done, without the cost of logins.
 *
 * @param values what is otherwise than in that session's row
 */
export async function addSessionsLike(
  host: Host,
  pair: Pick<TokenPairBody, 'session_id'>,
  count: number,
  values: (index: number) => Partial<RefreshToken>,
): Promise<void> {
  const row = await rowOf(host, pair);
  const rows = Array.from({ length: count }, (_, index) => {
    const id = idAt(index);
    return Object.assign({}, row, { id }, values(index));
  });
  const table = host.dataSource.getRepository(RefreshToken);
  for (let first = 0; first < count; first += AT_ONCE) {
    await table.insert(rows.slice(first, first + AT_ONCE));
  }
}
