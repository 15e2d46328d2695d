import type { AuthModuleOptions, TokenPairBody } from 'nestjs-baton';
import { freePort } from '../host/own-process.js';
import { type Host, PASSWORD, type Platform, startHost } from '../host/start-host.js';

/** A client with a secret that URLs would spell otherwise. */
export const SERVICE = { id: 'a-service', secret: 'secret: 100% of 32 bytes + more/üñ' };

/** A host with the standard endpoints, whose issuer is where it listens. */
export async function startOAuthHost(
  platform: Platform,
  auth: Partial<AuthModuleOptions> = {},
): Promise<Host> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  return startHost({
    platform,
    port,
    auth: {
      issuer,
      oauthClients: [SERVICE],
      // Several of them run in one process, where Passport knows strategies by their names.
      strategy: `baton-${port}`,
      refreshStrategy: `baton-refresh-${port}`,
      ...auth,
    },
    extras: { oauth: true },
  });
}

export async function loginAt(host: Host): Promise<TokenPairBody> {
  const { body } = await host
    .http()
    .post('/auth/login')
    .send({ username: 'ann', password: PASSWORD });
  return body;
}

/** Sends a form to one of the standard endpoints. */
export function postForm(host: Host, endpoint: string, form: string | Record<string, string>) {
  return host.http().post(`/auth/oauth/${endpoint}`).type('form').send(form);
}
