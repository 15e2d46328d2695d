import { hash, verify } from '@node-rs/argon2';

/** What verifying a password costs and nothing else, so many at once; per second, as JSON. */
const atOnce = Number(process.argv[2] ?? 4);
const measureMs = Number(process.env['MEASURE_MS'] ?? 1000);
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const password = Buffer.from('correct horse battery staple');
const hashed = await hash(password, parameters);

async function verifyFor(ms: number): Promise<number> {
  let verified = 0;
  const endMs = performance.now() + ms;
  const one = async (): Promise<void> => {
    for (; performance.now() < endMs; verified += 1) await verify(hashed, password);
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, one));
  return (verified * 1000) / (performance.now() - startMs);
}

await verifyFor(measureMs / 2);
const perSecond = await verifyFor(measureMs);
console.log(JSON.stringify({ perSecond, peakMb: process.resourceUsage().maxRSS / 1024 }));
