import { type ReactNode, createElement, useCallback, useEffect, useMemo, useState } from 'react';
import type { SessionBody } from '../wire.js';
import { type AccountRoutes, AccountError, accountOf } from './account.js';
import type { Baton } from './baton.js';
import { useBaton } from './react.js';

/** One's own live sessions. */
export interface OwnSessions {
  /** Missing until the server has answered. */
  readonly sessions?: readonly SessionBody[];
  /** Why they could not be read, or one could not be ended. */
  readonly error?: unknown;
  /** Ends one of them, and reads them anew. Never rejects. */
  readonly end: (id: string) => Promise<void>;
}

/** What was read, and for whom. */
interface Read extends Omit<OwnSessions, 'end'> {
  readonly owner: string | null;
}

const NOTHING: Read = { owner: null };

/** The sessions of whoever is signed in. */
export function useSessions(baton: Baton, { sessions: path }: AccountRoutes = {}): OwnSessions {
  const { sessionId: owner } = useBaton(baton);
  const account = useMemo(() => accountOf(baton, { sessions: path }), [baton, path]);
  const [read, setRead] = useState<Read>(NOTHING);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = owner !== null;
    const show = (next: Read) => isWanted && setRead(next);
    if (isWanted) {
      const asked = account.sessions().then((sessions) => show({ owner, sessions }));
      asked.catch((error: unknown) => show({ owner, error }));
    }
    return () => {
      isWanted = false;
    };
  }, [account, owner, round]);
  const end = useCallback(
    async (id: string) => {
      const gone = account.endSession(id).then(() => setRound((last) => last + 1));
      await gone.catch((error: unknown) => {
        // Somebody else was faster.
        if (error instanceof AccountError && error.status === 404) setRound((last) => last + 1);
        else setRead((last) => (last.owner === owner ? { ...last, error } : last));
      });
    },
    [account, owner],
  );
  // Nobody sees another's, not even for one rendering.
  const { sessions, error } = read.owner === owner ? read : NOTHING;
  return { sessions, error, end };
}

/** What `SessionList` is told. */
export interface SessionListProps {
  readonly baton: Baton;
  /** Where the list is at the server. */
  readonly routes?: AccountRoutes | undefined;
  /** Of the list. */
  readonly className?: string | undefined;
  /** What stands in an item, in place of name, address, times and button. */
  readonly children?: ((session: SessionBody, end: () => void) => ReactNode) | undefined;
}

/** The list of one's own sessions, each with a button that ends it. Without a style, in English. */
export function SessionList({ baton, routes, className, children = plainItem }: SessionListProps) {
  const { sessions, error, end } = useSessions(baton, routes);
  const items = sessions?.map((session) =>
    createElement(
      'li',
      { key: session.id, 'aria-current': session.current || undefined },
      children(session, () => void end(session.id)),
    ),
  );
  return createElement(
    'div',
    { className, 'aria-busy': !sessions && !error },
    error ? createElement('p', { role: 'alert' }, sentenceOf(error)) : null,
    items && createElement('ul', {}, items),
  );
}

function plainItem(session: SessionBody, end: () => void): ReactNode {
  const { current, device_name, user_agent, ip, last_used_at: lastUsedAt } = session;
  const name = device_name ?? user_agent ?? 'A device without a name';
  const facts = [name, ip, current && 'this device'].filter(Boolean).join(', ');
  return [
    createElement('span', { key: 'facts' }, facts),
    ', last used ',
    createElement(
      'time',
      { key: 'time', dateTime: lastUsedAt },
      new Date(lastUsedAt).toLocaleString(),
    ),
    ' ',
    createElement(
      'button',
      { key: 'end', type: 'button', onClick: end, 'aria-label': `End ${name}` },
      'End',
    ),
  ];
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The sessions cannot be read.';
}
