import { type ShallowRef, getCurrentInstance, onMounted, onScopeDispose, shallowRef } from 'vue';
import type { Baton } from './baton.js';
import type { BatonState } from './events.js';

/** On a server nobody is known yet; the first rendering in the browser says the same. */
const UNKNOWN: BatonState<never> = { status: 'unknown', sessionId: null };

/**
 * Who is signed in, for as long as the component, or the scope, lives. In a component it is known as soon as that is
 * mounted, before anything is painted.
 */
export function useSession<User>(baton: Baton<User>): Readonly<ShallowRef<BatonState<User>>> {
  const state = shallowRef<BatonState<User>>(UNKNOWN);
  let stop: (() => void) | undefined;
  const follow = () => {
    state.value = baton.getState();
    stop = baton.subscribe((next) => {
      state.value = next;
    });
  };
  // A server mounts nothing, and disposes of no scope that it could be listened from.
  if (getCurrentInstance()) onMounted(follow);
  else follow();
  onScopeDispose(() => stop?.());
  return state;
}
