import type { AuthEvent, TokenPairBody } from 'nestjs-baton';
import { AuthEvents } from 'nestjs-baton';
import type { Response } from 'supertest';
import { type KeyHolder, type ProofChanges } from '../host/key-holder.js';
import { type Host, PASSWORD } from '../host/start-host.js';
import { type Answer, answer, pairIn } from './vocabulary.js';

export type Method = 'get' | 'post' | 'delete';

/** A request of somebody who has a key, with a proof for it. */
export async function sendWith(
  holder: KeyHolder,
  host: Host,
  [method, path]: readonly [Method, string],
  { token, body, changes }: { token?: string; body?: object; changes?: ProofChanges } = {},
): Promise<Response> {
  const proof = await holder.proof(method.toUpperCase(), `${host.url}${path}`, token, changes);
  const request = host.http()[method](path).set('DPoP', proof);
  if (token !== undefined) request.set('Authorization', `DPoP ${token}`);
  return body === undefined ? request : request.send(body);
}

/** Logs in as `ann`, and binds the session to the holder's key. */
export async function loginWith(holder: KeyHolder, host: Host): Promise<TokenPairBody> {
  const body = { username: 'ann', password: PASSWORD };
  return pairIn(await sendWith(holder, host, ['post', '/auth/login'], { body }));
}

/** What a refresh of the holder's is answered with. */
export function refreshingWith(
  holder: KeyHolder,
  host: Host,
  refresh_token: string,
  changes: ProofChanges = {},
): Promise<Answer> {
  const body = { refresh_token };
  return answer(sendWith(holder, host, ['post', '/auth/token/refresh'], { body, changes }));
}

/** Refreshes, successfully. */
export async function refreshWith(
  holder: KeyHolder,
  host: Host,
  refresh_token: string,
): Promise<TokenPairBody> {
  const body = { refresh_token };
  return pairIn(await sendWith(holder, host, ['post', '/auth/token/refresh'], { body }));
}

/** Asks whom an access token speaks for, with a proof. */
export function getMeWith(
  holder: KeyHolder,
  host: Host,
  token: string,
  changes: ProofChanges = {},
): Promise<Response> {
  return sendWith(holder, host, ['get', '/auth/me'], { token, changes });
}

/** Whether a bound pair still opens what it has to. */
export async function isAliveWith(
  holder: KeyHolder,
  host: Host,
  pair: TokenPairBody,
): Promise<boolean> {
  const { status } = await getMeWith(holder, host, pair.access_token);
  const refreshed = await refreshingWith(holder, host, pair.refresh_token);
  return status === 200 && refreshed.status === 200;
}

/** The events of a scene. */
export async function eventsOf(host: Host, scene: () => Promise<unknown>): Promise<AuthEvent[]> {
  const events: AuthEvent[] = [];
  const subscription = host.app.get(AuthEvents).all.subscribe((event) => events.push(event));
  await scene();
  subscription.unsubscribe();
  return events;
}
