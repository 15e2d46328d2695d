import { timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import { keysIn } from '../../keys/key-file.js';
import { MIN_SECRET_BYTES, UnusableKeyError, isSigningKey } from '../../keys/signing-key.js';
import { hashOf } from '../../tokens/token-hash.js';
import type { HttpRequest } from '../http-request.js';
import type { OneOrMore } from '../key-options.js';
import { OAuthError } from './oauth-error.js';
import type { OAuthForm } from './oauth-form.js';

/** A client of the standard endpoints: a service that asks about tokens, or an app that refreshes them. */
export interface OAuthClient {
  /** Visible ASCII characters. */
  readonly id: string;
  /** At least 32 bytes of UTF-8. A client without it and without a key is a public client, of which anybody can say the name. @default none */
  readonly secret?: string | undefined;
  /**
   * In place of a secret: what `private_key_jwt` is verified with, as PEM, JWK or JWKS; a list changes keys.
   * @default none
   */
  readonly publicKey?: OneOrMore | undefined;
  /** Whether it, with a secret, may end every session of a user at `oauth/global-token-revocation`. @default false */
  readonly revokesUsers?: boolean | undefined;
}

/** What the standard endpoints are told: see docs/oauth.md. */
export interface OAuthOptions {
  /**
   * Who may ask about tokens at `oauth/introspect`, and with `revokesUsers` end users' sessions, by
   * `client_secret_basic`, or at `oauth/introspect` by `private_key_jwt`; and whose name an access token has as `client_id` that was asked for at `oauth/token`. Of
   * no use without the extra `oauth`.
   * @default none, and nobody may
   */
  readonly oauthClients?: readonly OAuthClient[] | undefined;
}

const SECRET_TAKES = `takes at least ${MIN_SECRET_BYTES} bytes`;

const clientSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/, 'takes visible ASCII characters')),
  secret: v.optional(
    v.pipe(
      v.string(),
      v.check((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES, SECRET_TAKES),
    ),
  ),
  publicKey: v.optional(
    v.pipe(v.union([v.string(), v.array(v.string())]), v.check(areKeys, 'takes public keys')),
  ),
  revokesUsers: v.optional(v.boolean('takes true or false')),
});

function areKeys(texts: string | string[]): boolean {
  try {
    return [texts]
      .flat()
      .flatMap((text) => keysIn(text))
      .every((key) => !isSigningKey(key));
  } catch (error) {
    if (error instanceof UnusableKeyError) return false;
    throw error;
  }
}

const areDistinct = (clients: readonly Pick<OAuthClient, 'id'>[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

const isAuthenticated = ({ secret, revokesUsers }: v.InferOutput<typeof clientSchema>): boolean =>
  secret !== undefined || revokesUsers !== true;

/** What `oauthClients` takes. */
export const clientsSchema = v.pipe(
  v.array(clientSchema, 'takes a list of { id, secret }'),
  v.check((clients) => areDistinct(clients), 'takes each id once'),
  v.check((clients) => clients.every(isAuthenticated), 'takes a secret beside revokesUsers'),
  v.check(
    (clients) => clients.every(({ secret, publicKey }) => !secret || !publicKey),
    'takes a secret or a publicKey',
  ),
);

/** The schemas of {@link OAuthOptions}, one for each. */
export const oauthEntries = { oauthClients: v.optional(clientsSchema, []) };

/** @param options of which the others are left alone */
export function oauthClientsOf(options: OAuthOptions): readonly OAuthClient[] {
  return v.parse(v.object(oauthEntries), options).oauthClients;
}

/**
 * The client that a request comes from, by `client_secret_basic`, or of a public one by its name.
 *
 * @returns null for a client that says nothing, or a name that nobody has
 * @throws OAuthError `invalid_client` for a wrong secret, and for the name of a client that has one without it
 * @see RFC 6749 sections 2.3.1 and 3.2.1
 */
export function clientOf(
  { headers }: HttpRequest,
  form: OAuthForm,
  clients: readonly OAuthClient[],
): OAuthClient | null {
  const authorization = headers['authorization']?.toString();
  if (authorization === undefined) return publicClientOf(form, clients);
  const client = clientBySecret(authorization, clients);
  if ((form.get('client_id') ?? client.id) !== client.id) throw unknownClient();
  return client;
}

/** Whether it has something to prove that it is who it says. */
export const isConfidential = ({ secret, publicKey }: OAuthClient): boolean =>
  secret !== undefined || publicKey !== undefined;

function publicClientOf(form: OAuthForm, clients: readonly OAuthClient[]): OAuthClient | null {
  const named = clients.find(({ id }) => id === form.get('client_id')) ?? null;
  const isUnproven = named !== null && isConfidential(named);
  if (isUnproven || form.has('client_secret')) throw unknownClient();
  return named;
}

function clientBySecret(authorization: string, clients: readonly OAuthClient[]): OAuthClient {
  const given = basicIn(authorization);
  const client = clients.find(({ id }) => id === given?.id);
  const secret = client?.secret;
  if (given === null || client === undefined || secret === undefined) throw unknownClient();
  if (!isSame(given.secret, secret)) throw unknownClient();
  return client;
}

/** @throws OAuthError `invalid_client` unless it is one with a secret, and has given that */
export function confidentialClientOf(
  request: HttpRequest,
  form: OAuthForm,
  clients: readonly OAuthClient[],
): OAuthClient {
  const client = clientOf(request, form, clients);
  if (client?.secret === undefined) throw unknownClient();
  return client;
}

/** @throws OAuthError `invalid_request` where a client proves itself in more than one way (RFC 6749 section 5.2) */
export function requireOneProof({ headers }: HttpRequest, form: OAuthForm): void {
  const proofs = [
    headers['authorization'],
    form.get('client_secret'),
    form.get('client_assertion'),
  ];
  if (proofs.filter((proof) => proof !== undefined).length < 2) return;
  throw new OAuthError('invalid_request', 'A client proves who it is in one way');
}

/** What a client is told that does not prove who it is. */
export const unknownClient = () =>
  new OAuthError('invalid_client', 'The client is unknown, or has not given its secret');

/** Both halves are form-encoded before they are joined: RFC 6749 section 2.3.1. */
function basicIn(authorization: string): { readonly id: string; readonly secret: string } | null {
  const [, encoded = ''] = /^Basic +(\S+) *$/i.exec(authorization) ?? [];
  const [, id, secret] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (id === undefined || secret === undefined) return null;
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

/** As a form's value; what is no such encoding stands for itself, as clients write it that do not encode. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** In a time that says nothing of how much of it is right. */
function isSame(one: string, another: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(another)));
}
