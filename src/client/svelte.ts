import type { Baton } from './baton.js';
import type { BatonState, Unsubscribe } from './events.js';

/** A `Readable` of `svelte/store`: in a component `$session`, elsewhere `fromStore` makes a rune of it. */
export interface ReadableSession<User> {
  readonly subscribe: (run: (state: BatonState<User>) => void) => Unsubscribe;
}

/** Who is signed in, as a store of Svelte. On a server nobody is known. */
export function sessionStore<User>(baton: Baton<User>): ReadableSession<User> {
  return {
    subscribe(run) {
      run(baton.getState());
      return baton.subscribe(run);
    },
  };
}
