import type { AuthUser, UserStore } from './user-store.js';

/** The user whom the claim `sub` names: asked for by an id as their store has it, where that is no text. */
export function userOfSub(users: UserStore, sub: string): Promise<AuthUser | null> {
  return users.findById(users.parseId === undefined ? sub : users.parseId(sub));
}
