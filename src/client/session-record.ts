import type { Ending } from './events.js';
import type { Session } from './session.js';

/** A session that is over here, while the server may not know it yet. */
export type EndedSession = Pick<Session, 'session_id' | 'refresh_token'>;

/** All that a client keeps. */
export interface SessionRecord {
  readonly session: Session | null;
  /** Sessions that the server is still to be told the end of. */
  readonly ended: readonly EndedSession[];
  /** The session that the server ended last, and why: for the tabs that learn of it from here. */
  readonly over?: Ending & { readonly session_id: string };
}

/** Whose a record is. One storage may be shared by several, by accident or not; none sees another's. */
export interface Owner {
  /** The address of the server's routes: its tokens are for nobody else. */
  readonly server: string;
  /** The client's own name. */
  readonly client: string;
}

type OwnedRecord = SessionRecord & Owner;

/** What a storage's value says: one's own record, and what the others keep there. */
export interface StoredValue {
  readonly own: SessionRecord | null;
  readonly others: readonly OwnedRecord[];
}

export const EMPTY: SessionRecord = { session: null, ended: [] };

/** @throws SyntaxError when the value is not one of ours */
export function parse(value: string | null, owner: Owner, isCookie: boolean): StoredValue {
  const { records }: { records?: unknown } = Object(JSON.parse(value ?? '{"records":[]}'));
  if (!Array.isArray(records)) throw SyntaxError();
  const isOwn = ({ server, client }: Owner) => server === owner.server && client === owner.client;
  const own: OwnedRecord | null = records.find(isOwn) ?? null;
  if (own && !isWhole(own, isCookie)) throw SyntaxError();
  return { own, others: records.filter((record) => !isOwn(record)) };
}

function isWhole({ session, ended }: SessionRecord, isCookie: boolean): boolean {
  const { session_id: id, refresh_token: token }: Partial<Session> = Object(session);
  const isTokenKept = isCookie || typeof token === 'string';
  return Array.isArray(ended) && (!session || (typeof id === 'string' && isTokenKept));
}

/** Of a cookie's session no token is kept, and nothing before it has a name. */
export function withoutTokens(record: SessionRecord): SessionRecord {
  const { session_id } = record.session ?? {};
  return { ...record, session: session_id ? { session_id } : null };
}
