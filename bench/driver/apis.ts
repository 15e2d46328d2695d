import { request } from './http-connection.js';

/** How to talk to a server. Logins and refreshes are answered by a pair in JSON, named as OAuth names it. */
export interface Api {
  /** Where nobody is there from the start. */
  readonly register?: Buffer;
  readonly login: Buffer;
  guarded(accessToken: string): Buffer;
  refresh(refreshToken: string): Buffer;
}

const ANN = JSON.stringify({ username: 'ann', password: 'correct horse battery staple' });

/** A GET with an access token. */
export const get = (path: string, accessToken: string): Buffer =>
  request('GET', path, { Authorization: `Bearer ${accessToken}` });

/** An application that imports the module; of the others, those that have no refresh. */
export const HOST: Api = {
  login: request('POST', '/auth/login', {}, ANN),
  guarded: (accessToken) => get('/guarded', accessToken),
  refresh: (refreshToken) =>
    request('POST', '/auth/token/refresh', {}, JSON.stringify({ refresh_token: refreshToken })),
};

/** An application that looks the user up for each request. */
export const TEXTBOOK: Api = { ...HOST, guarded: (accessToken) => get('/looked-up', accessToken) };

/** The server that `npm start` runs. */
export const STANDALONE: Api = {
  ...HOST,
  register: request('POST', '/users', {}, ANN),
  guarded: (accessToken) => get('/auth/me', accessToken),
};

/** `oidc-provider`, where `/bench/login` makes what the end of an authorization code flow leaves. */
export const OIDC_PROVIDER: Api = {
  login: request('POST', '/bench/login'),
  guarded: (accessToken) => get('/me', accessToken),
  refresh: (refreshToken) =>
    request(
      'POST',
      '/token',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      `grant_type=refresh_token&client_id=bench&client_secret=bench&refresh_token=${refreshToken}`,
    ),
};
