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
const FORM = 'application/x-www-form-urlencoded';
const CLIENT = 'grant_type=refresh_token&client_id=bench&client_secret=bench';

/** A GET with an access token. */
export const get = (path: string, accessToken: string): Buffer =>
  request('GET', path, { Authorization: `Bearer ${accessToken}` });

/** A POST of JSON. */
export const post = (path: string, text: string): Buffer =>
  request('POST', path, { 'Content-Type': 'application/json' }, text);

/** An application that imports the module; of the others, those that have no refresh. */
export const HOST: Api = {
  login: post('/auth/login', ANN),
  guarded: (token) => get('/guarded', token),
  refresh: (token) => post('/auth/token/refresh', JSON.stringify({ refresh_token: token })),
};

/** An application that looks the user up for each request. */
export const TEXTBOOK: Api = { ...HOST, guarded: (token) => get('/looked-up', token) };

/** The server that `npm start` runs. */
export const STANDALONE: Api = {
  ...HOST,
  register: post('/users', ANN),
  guarded: (token) => get('/auth/me', token),
};

/** `oidc-provider`, where `/bench/login` makes what the end of an authorization code flow leaves. */
export const OIDC_PROVIDER: Api = {
  login: request('POST', '/bench/login'),
  guarded: (token) => get('/me', token),
  refresh: (token) =>
    request('POST', '/token', { 'Content-Type': FORM }, `${CLIENT}&refresh_token=${token}`),
};
