import type { BatonStorage } from '../../src/client/index.js';

type Verb = 'read' | 'write' | 'remove';

/** A storage that writes down what it was asked, and can be told to fail. */
export interface Recording {
  readonly storage: BatonStorage;
  readonly calls: string[];
  /** Whether the nth call of a verb (0 for the first from now on) throws. */
  fails: (verb: Verb, nth: number) => boolean;
}

export function recording(inner: BatonStorage): Recording {
  const verbs = { read: 0, write: 0, remove: 0 };
  const note = (verb: Verb) => {
    recorded.calls.push(verb);
    const nth = verbs[verb];
    verbs[verb] += 1;
    if (recorded.fails(verb, nth)) throw new Error(`${verb} ${nth} fails`);
  };
  const recorded: Recording = {
    calls: [],
    fails: () => false,
    storage: {
      lock: inner.lock,
      transport: inner.transport,
      read: async () => {
        note('read');
        return inner.read();
      },
      write: async (value) => {
        note('write');
        await inner.write(value);
      },
      remove: async () => {
        note('remove');
        await inner.remove();
      },
    },
  };
  return recorded;
}
