import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../standalone/vocabulary.js';
import { type Client, type Pair, refreshing } from './client.js';
import type { Fleet } from './fleet.js';

/** Within which every instance knows what another has revoked, and the time that asking takes. */
const POLL_MS = 1_500;

/** The session of a client goes on. */
export async function isServed(client: Client): Promise<void> {
  await client.refresh();
  await client.use();
}

/**
 * What a client has ended stays ended. The instance that said so is asked first: where a standby has lost the
 * revocation, that one writes it again.
 */
export async function endsStayEnded(clients: readonly Client[], fleet: Fleet): Promise<void> {
  const ended = clients.flatMap((client) => client.ended.map((end) => ({ client, ...end })));
  for (const { client, pair, instance } of ended) {
    expect(await client.insist(instance, refreshing(pair))).toMatchObject(REVOKED);
  }
  await sleep(POLL_MS);
  for (const { client, pair } of ended) await isOver(client, pair, fleet);
}

/** A thief who copies a token and goes on with it is found out as soon as its owner refreshes; the session ends. */
export async function theftIsNoticed(owners: readonly Client[], fleet: Fleet): Promise<void> {
  for (const owner of owners) {
    const copied = owner.pair;
    const thiefs = await owner.present(await owner.present(copied));
    expect(await owner.insist(fleet.any(), using(thiefs))).toMatchObject({ status: 200 });
    const told = await owner.insist(fleet.any(), refreshing(copied));
    expect(told).toMatchObject({ status: 401, body: { error: 'token_reused' } });
    await sleep(POLL_MS);
    await isOver(owner, thiefs, fleet);
  }
}

const REVOKED = { status: 401, body: { error: 'session_revoked' } };

const using = ({ access_token }: Pair) => ({ path: '/auth/me', headers: bearer(access_token) });

async function isOver(client: Client, pair: Pair, fleet: Fleet): Promise<void> {
  for (let instance = 0; instance < fleet.size; instance += 1) {
    expect(await client.insist(instance, using(pair))).toMatchObject(REVOKED);
    expect(await client.insist(instance, refreshing(pair))).toMatchObject(REVOKED);
  }
}
