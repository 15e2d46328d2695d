import * as v from 'valibot';
import { presentedPasswordSchema, plainText, usernameSchema } from '../users/credential-rules.js';
import type { AuthUser, FurtherFields } from '../users/user-store.js';
import { closedObject } from './closed-object.js';

/** What a login is asked for besides the password, as its body names it. */
export interface LoginFields<Fields extends FurtherFields = FurtherFields> {
  /** What the field of the name is called: `email`, for example, of at most 254 characters. @default 'username' */
  readonly name?: string | undefined;
  /** Further fields, strings of at most 256 characters; they reach `authenticate` as `fields`. @default none */
  readonly further?:
    Readonly<Partial<Record<keyof Fields & string, 'required' | 'optional'>>> | undefined;
}

/** The same, complete. */
export interface LoginFieldSettings {
  readonly name: string;
  readonly further: Readonly<Record<string, 'required' | 'optional'>>;
}

/** What a login's body held. */
export interface LoginBody {
  readonly username: string;
  readonly password: string;
  readonly deviceName: string | null;
  readonly fields: FurtherFields;
}

/** The longest address that mail can have: RFC 5321 section 4.5.3.1.3, without the brackets around it. */
const MAX_NAME_CHARACTERS = 254;

/** The longest value of a further field. */
export const MAX_FIELD_CHARACTERS = 256;

const MAX_DEVICE_NAME_CHARACTERS = 128;

/** The names that a login's body has already, and one that no object can have for its own. */
const TAKEN = ['password', 'device_name', 'refresh_token', '__proto__'];

const NAME_TAKES = `takes a field's name: letters, digits and _, and none of ${TAKEN.slice(0, -1).join(', ')}`;
const fieldName = v.pipe(
  v.string(NAME_TAKES),
  v.check((name) => /^\w{1,64}$/.test(name) && !TAKEN.includes(name), NAME_TAKES),
);

const FURTHER = {
  required: v.optional(plainText(1, MAX_FIELD_CHARACTERS), ''),
  optional: v.nullish(plainText(0, MAX_FIELD_CHARACTERS)),
};

const FURTHER_TAKES = "takes an object of field names, each 'required' or 'optional'";

/** What the option `loginFields` takes. */
export const loginFieldsSchema = v.pipe(
  closedObject({
    name: v.optional(fieldName, 'username'),
    further: v.optional(
      v.record(fieldName, v.picklist(['required', 'optional'], FURTHER_TAKES), FURTHER_TAKES),
      {},
    ),
  }),
  v.check(
    ({ name, further }) => !Object.hasOwn(further, name),
    'takes a name that is not a further field as well',
  ),
);

/**
 * Under which name a user logs in: their `username`, or what they have in place of it.
 *
 * @throws TypeError when they have neither
 */
export function nameOf(user: AuthUser, { name }: LoginFieldSettings): string {
  const text: unknown = user.username ?? Reflect.get(user, name);
  if (typeof text === 'string') return text;
  const wanted = [...new Set(['username', name])].join(' or ');
  throw new TypeError(`users.findById takes a user that has ${wanted}, a string`);
}

/** What a login's body takes where these fields are asked for. */
export function loginSchema({ name, further }: LoginFieldSettings) {
  const fields = Object.keys(further);
  const entries: Record<string, v.GenericSchema<unknown, string | null | undefined>> = {
    [name]:
      name === 'username' ? usernameSchema : v.optional(plainText(1, MAX_NAME_CHARACTERS), ''),
    password: presentedPasswordSchema,
    ...Object.fromEntries(fields.map((field) => [field, FURTHER[further[field] ?? 'optional']])),
    device_name: v.nullish(plainText(0, MAX_DEVICE_NAME_CHARACTERS)),
  };
  return v.pipe(
    v.object(entries),
    v.transform((body): LoginBody => ({
      username: body[name] ?? '',
      password: body['password'] ?? '',
      deviceName: body['device_name'] ?? null,
      fields: Object.fromEntries(
        fields.flatMap((field) => (body[field] ? [[field, body[field]]] : [])),
      ),
    })),
  );
}
