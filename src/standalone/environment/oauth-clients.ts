import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ISSUER_TAKES, isIssuer } from '../../auth/oauth/issuer.js';
import { clientsSchema } from '../../auth/oauth/oauth-clients.js';
import { TAKES_RANDOM, isGuessable } from '../../keys/secret-strength.js';

/** Clients with their secrets: `id:secret`, separated by commas. */
export const oauthClients = v.pipe(
  v.string(),
  v.transform((list) =>
    list.split(',').map((client) => {
      const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(client.trim()) ?? [];
      return { id, secret };
    }),
  ),
  v.check(
    (clients) => v.is(clientsSchema, clients),
    'takes id:secret, separated by commas, each id once and each secret of at least 32 bytes',
  ),
);

/** The ids of clients, separated by commas. */
export const clientIds = v.pipe(
  v.string(),
  v.transform((list) => (list === '' ? [] : list.split(',').map((id) => id.trim()))),
);

/** Public clients: their ids. A secret that was forgotten, or is an empty variable, makes no client a public one. */
export const publicClients = v.pipe(
  clientIds,
  v.transform((ids) => ids.map((id) => ({ id }))),
  v.check(
    (clients) => v.is(clientsSchema, clients),
    'takes ids of visible ASCII characters, separated by commas, each once',
  ),
);

/** Clients with files that hold their public keys: `id:file`, separated by commas. */
export const keyedClients = v.pipe(
  v.string(),
  v.transform((list) => (list === '' ? [] : list.split(',').map(keyedClient))),
  v.check(
    (clients) => v.is(clientsSchema, clients),
    'takes id:file, separated by commas, each id once, with public keys in files that can be read',
  ),
);

function keyedClient(text: string): { id: string; publicKey: string } {
  const [, id = '', file = ''] = /^([^:]*):(.*)$/s.exec(text.trim()) ?? [];
  return { id, publicKey: textOf(file) };
}

/** @returns nothing where there is no such file: no key, either */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** What is wrong with these variables beside each other: a name and what it takes for each. */
export function problemsOfOAuth(env: Readonly<Record<string, string>>) {
  return [
    ...problemsOfIssuer(env),
    ...problemsOfClientSecrets(env),
    ...problemsOfRevokers(env),
    ...problemsOfSharedIds(env),
  ];
}

/** As of the server's own secrets. */
function problemsOfClientSecrets({ NODE_ENV, AUTH_OAUTH_CLIENTS }: Record<string, string>) {
  if (NODE_ENV !== 'production' || AUTH_OAUTH_CLIENTS === undefined) return [];
  const secrets = AUTH_OAUTH_CLIENTS.split(',').map((client) => client.replace(/^[^:]*:/, ''));
  return secrets.some(isGuessable) ? [['AUTH_OAUTH_CLIENTS', TAKES_RANDOM] as const] : [];
}

/** A name that no client has lets nobody do what was meant. */
function problemsOfRevokers({
  AUTH_OAUTH_REVOKERS,
  AUTH_OAUTH_CLIENTS = '',
}: Record<string, string>) {
  if (AUTH_OAUTH_REVOKERS === undefined) return [];
  const known = idsIn(AUTH_OAUTH_CLIENTS);
  if (idsIn(AUTH_OAUTH_REVOKERS).every((id) => known.includes(id))) return [];
  return [['AUTH_OAUTH_REVOKERS', 'takes ids of AUTH_OAUTH_CLIENTS, separated by commas'] as const];
}

/** Who has the name of another client's needs nothing to prove any more. */
function problemsOfSharedIds({
  AUTH_OAUTH_CLIENTS = '',
  AUTH_OAUTH_CLIENT_KEYS = '',
  AUTH_OAUTH_PUBLIC_CLIENTS = '',
}: Record<string, string>) {
  const [confidential, keyed] = [idsIn(AUTH_OAUTH_CLIENTS), idsIn(AUTH_OAUTH_CLIENT_KEYS)];
  const takes = 'takes other ids than the variables of other clients';
  if (isShared(keyed, confidential)) return [['AUTH_OAUTH_CLIENT_KEYS', takes] as const];
  const isAnothers = isShared(idsIn(AUTH_OAUTH_PUBLIC_CLIENTS), [...confidential, ...keyed]);
  return isAnothers ? [['AUTH_OAUTH_PUBLIC_CLIENTS', takes] as const] : [];
}

const isShared = (ids: readonly string[], others: readonly string[]): boolean =>
  ids.some((id) => id !== '' && others.includes(id));

/** Of a list of clients, with or without their secrets. */
const idsIn = (list: string): string[] =>
  list.split(',').map((client) => client.trim().split(':', 1)[0] ?? '');

/** Clients find the standard endpoints by the issuer's name. */
function problemsOfIssuer({ AUTH_OAUTH, AUTH_ISSUER = '' }: Record<string, string>) {
  if (AUTH_OAUTH !== 'on' || isIssuer(AUTH_ISSUER)) return [];
  return [['AUTH_ISSUER', `${ISSUER_TAKES} with AUTH_OAUTH=on`] as const];
}
