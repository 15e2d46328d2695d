import { UnavailableError } from '../../src/errors.js';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import type { Host } from '../host/start-host.js';

type Statement = 'revoke' | 'revokeThese';

/** The next such statement is done, and nobody hears of it: a time-out, a connection that breaks. */
export function loseAnswerOf(host: Host, name: Statement, after = 0): void {
  loseOne(host, name, after, true);
}

/** The next such statement is not done. @param after how many are, before */
export function refuse(host: Host, name: Statement, after = 0): void {
  loseOne(host, name, after, false);
}

function loseOne({ app }: Host, name: Statement, after: number, isDone: boolean): void {
  const store = app.get(RefreshTokenStore);
  const statement: unknown = Reflect.get(store, name);
  if (typeof statement !== 'function') throw new Error(`There is no statement ${name}`);
  let sent = 0;
  Reflect.set(store, name, async (...given: unknown[]) => {
    const isLost = sent === after;
    sent += 1;
    if (isLost) Reflect.deleteProperty(store, name);
    const answer: unknown = isDone || !isLost ? await Reflect.apply(statement, store, given) : null;
    if (isLost) throw new UnavailableError('The database is unavailable');
    return answer;
  });
}
