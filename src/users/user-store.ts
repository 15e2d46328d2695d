import type { UserId } from '../storable-text.js';

/** What a login presents besides a name and a password: see the option `loginFields`. */
export type FurtherFields = Readonly<Record<string, string | undefined>>;

/** What a login presents. */
export interface Credentials<Fields extends FurtherFields = FurtherFields> {
  /** The name, whatever the option `loginFields` calls it: an e-mail address, for example. */
  readonly username: string;
  readonly password: string;
  /** The further fields of the option `loginFields`; an optional one that was not sent is not there. @default none */
  readonly fields?: Fields | undefined;
  /** The address of the client, for limiting attempts; null when it is not known. */
  readonly ip: string | null;
  /** Aborted when the client's connection is gone: nobody waits for the answer, and no hash need be made. */
  readonly signal?: AbortSignal | undefined;
}

/** The least that the module needs to know of a user. */
export interface AuthUser {
  /** Stable for the life of the account; as text, at most 255 characters, it is the claim `sub` and in the rows. */
  readonly id: UserId;
  /**
   * What `GET me` answers as `username`; without it, the user's property that `loginFields` names, such as `email`.
   */
  readonly username?: string | undefined;
}

/**
 * The users of the importing application. This is the one thing that it has to bring; the module never
 * sees a password hash.
 */
export type UserStore<
  User extends AuthUser = AuthUser,
  Fields extends FurtherFields = FurtherFields,
> = CredentialCheck<User, Fields> & UserLookUp<User>;

/** How users are found: by text, unless their ids are something else. */
type UserLookUp<User extends AuthUser> = string extends User['id']
  ? LookUpById<User> & Partial<IdParser<User>>
  : LookUpById<User> & IdParser<User>;

interface IdParser<User extends AuthUser> {
  /**
   * Makes an id of the text that tokens and rows have of it: `Number`, `BigInt`, `(text) => new ObjectId(text)`. Of
   * text that this store's own ids made; what it throws reaches the filters.
   */
  parseId(text: string): User['id'];
}

interface CredentialCheck<User extends AuthUser, Fields extends FurtherFields> {
  /**
   * Checks a user name and a password.
   *
   * Take the same time for an unknown user as for a wrong password: verify against a dummy hash.
   *
   * @returns the user, or `null` when the two do not belong together
   * @throws TooManyAttemptsError, or any `HttpException` of your own, which reaches the client as it is
   */
  authenticate(credentials: Credentials<Fields>): Promise<User | null>;

  /**
   * Asked after a login has opened its session, with the user that {@link authenticate} returned: whether the
   * password that was checked is still the one. A change that came between has ended every session but this one.
   *
   * @returns false when it is not: the session is ended, and the login refused
   */
  isCurrent?(user: User): Promise<boolean>;
}

interface LookUpById<User extends AuthUser> {
  /**
   * Finds a user by the claim `sub`, or what `parseId` makes of it; asked at each refresh and by `GET me`.
   *
   * @returns `null` when there is no such user any more: every session of theirs is revoked (`user_gone`). A user
   *   who is merely locked is not gone: throw from `onLogin` and `onRefresh`. An id is never given again
   */
  findById(id: User['id']): Promise<User | null>;
}
