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

/** What is wrong with these variables beside each other: a name and what it takes for each. */
export function problemsOfOAuth(env: Readonly<Record<string, string>>) {
  return [
    ...problemsOfIssuer(env),
    ...problemsOfClientSecrets(env),
    ...problemsOfRevokers(env),
    ...problemsOfPublicClients(env),
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

/** Who has the name of another client's needs no secret any more. */
function problemsOfPublicClients({
  AUTH_OAUTH_PUBLIC_CLIENTS = '',
  AUTH_OAUTH_CLIENTS = '',
}: Record<string, string>) {
  const known = idsIn(AUTH_OAUTH_CLIENTS);
  if (!idsIn(AUTH_OAUTH_PUBLIC_CLIENTS).some((id) => id !== '' && known.includes(id))) return [];
  return [['AUTH_OAUTH_PUBLIC_CLIENTS', 'takes other ids than AUTH_OAUTH_CLIENTS'] as const];
}

/** Of a list of clients, with or without their secrets. */
const idsIn = (list: string): string[] =>
  list.split(',').map((client) => client.trim().split(':', 1)[0] ?? '');

/** Clients find the standard endpoints by the issuer's name. */
function problemsOfIssuer({ AUTH_OAUTH, AUTH_ISSUER = '' }: Record<string, string>) {
  if (AUTH_OAUTH !== 'on' || isIssuer(AUTH_ISSUER)) return [];
  return [['AUTH_ISSUER', `${ISSUER_TAKES} with AUTH_OAUTH=on`] as const];
}
