/** Angular's own `HttpClient` through `authorizingInterceptor`. @see issue 13, section 4 */
// First: where there is no build, Angular's packages are compiled as they are loaded.
// oxlint-disable-next-line import/no-unassigned-import
import '@angular/compiler';
import { HttpClient } from '@angular/common/http';
import {
  EnvironmentInjector,
  Injector,
  createEnvironmentInjector,
  inject,
  ɵINJECTOR_SCOPE as INJECTOR_SCOPE,
} from '@angular/core';
import { firstValueFrom, retry } from 'rxjs';
import { appConfigOf } from '../../examples/angular/app.config.js';
import { ANN, type Api, refreshes, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const me = (http: HttpClient, url = api.line.url) => firstValueFrom(http.get(`${url}/auth/me`));

/** The example's `HttpClient`, in the root of an application that has no page. */
async function signedIn() {
  const baton = await api.signedIn();
  const root = { provide: EnvironmentInjector, useFactory: () => inject(Injector) };
  const parent = Injector.create({ providers: [root] }).get(EnvironmentInjector);
  const scope = { provide: INJECTOR_SCOPE, useValue: 'root' };
  const { providers } = appConfigOf(baton);
  const app = createEnvironmentInjector([scope, ...providers], parent);
  return { baton, http: app.get(HttpClient) };
}

describe('Angular', () => {
  it('sends the token, and the request again after a refresh', async () => {
    const { http } = await signedIn();
    expect(await me(http)).toMatchObject({ username: 'ann' });
    letTokensEnd();
    const answer = await firstValueFrom(http.post(`${api.line.url}/orders`, { count: 3 }));
    expect(answer).toMatchObject({ body: { count: 3 } });
    expect(refreshes(api)).toBe(1);
  });

  it('makes one refresh of 20 parallel 401s', async () => {
    const { http } = await signedIn();
    letTokensEnd();
    await Promise.all(Array.from({ length: 20 }, () => me(http)));
    expect(refreshes(api)).toBe(1);
  });

  it.each(['blob', 'arraybuffer', 'text'] as const)(
    'sends the request again for the mark, whatever the type of the answer: %s',
    async (responseType) => {
      const { http } = await signedIn();
      const headers = { 'x-auth-error': 'token_expired' };
      api.line.treat = ({ path }) =>
        path === '/auth/me' && refreshes(api) === 0 ? { status: 401, headers } : 'pass';
      const request = http.request('GET', `${api.line.url}/auth/me`, { responseType });
      expect(await firstValueFrom(request)).toBeDefined();
    },
  );

  it("passes the application's own 401 on", async () => {
    const { http } = await signedIn();
    const request = firstValueFrom(http.get(`${api.line.url}/wrong-pin`));
    await expect(request).rejects.toMatchObject({ error: { error: 'wrong_pin' } });
    expect(refreshes(api)).toBe(0);
  });

  it('stops after one replay, and sends nothing to foreign origins', async () => {
    const { http } = await signedIn();
    const headers = { 'x-auth-error': 'invalid_token' };
    api.line.treat = ({ path }) => (path === '/auth/me' ? { status: 401, headers } : 'pass');
    await expect(me(http)).rejects.toMatchObject({ status: 401 });
    expect(api.line.count('/auth/me')).toBe(2);
    const abroad = me(http, api.host.url);
    await expect(abroad).rejects.toMatchObject({ error: { error: 'missing_token' } });
  });

  it('begins anew for who subscribes again: as whoever is signed in then', async () => {
    const { baton, http } = await signedIn();
    const request = http.get(`${api.line.url}/auth/me`);
    expect(await firstValueFrom(request)).toMatchObject({ username: 'ann' });
    await baton.signIn({ username: 'bob', password: ANN.password });
    expect(await firstValueFrom(request)).toMatchObject({ username: 'bob' });
  });

  it('leaves a cut line to whoever retries', async () => {
    const { http } = await signedIn();
    let isCut = true;
    api.line.treat = ({ path }) => {
      if (path !== '/auth/me' || !isCut) return 'pass';
      isCut = false;
      return 'before';
    };
    const request = http.get(`${api.line.url}/auth/me`).pipe(retry(1));
    expect(await firstValueFrom(request)).toMatchObject({ username: 'ann' });
    expect(refreshes(api)).toBe(0);
  });
});
