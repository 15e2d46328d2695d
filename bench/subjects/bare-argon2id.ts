import { hash, verify } from '@node-rs/argon2';
import { answering } from '../driver/answering.js';
import type { Slice, SliceRecord } from '../driver/slices.js';

/** What verifying a password costs and nothing else, so many at once, a slice at a time. */
const atOnce = Number(process.argv[2] ?? 4);
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const password = Buffer.from('correct horse battery staple');
const hashed = await hash(password, parameters);

async function verifyFor(ms: number): Promise<SliceRecord> {
  const latencies: number[] = [];
  const before = process.cpuUsage();
  const startMs = performance.now();
  const one = async (): Promise<void> => {
    for (let atMs = startMs; atMs < startMs + ms;) {
      await verify(hashed, password);
      const nowMs = performance.now();
      latencies.push(nowMs - atMs);
      atMs = nowMs;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  const latenciesMs = Float64Array.from(latencies);
  return { tookMs, cpuMs: (user + system) / 1000, latenciesMs, failures: 0, firstFailure: null };
}

async function play({ leadMs, measureMs }: Slice): Promise<SliceRecord> {
  if (leadMs > 0) await verifyFor(leadMs);
  return verifyFor(measureMs);
}

answering(async (message) => ('slice' in message ? play(message.slice) : null));
