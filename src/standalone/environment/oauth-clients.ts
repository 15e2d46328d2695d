import * as v from 'valibot';
import { clientsSchema } from '../../auth/oauth/oauth-clients.js';

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
