import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node bench/build/harness/profile.js <folder> [seconds]`: where the CPU profiles of a folder say the time
 * went, in their last busy seconds only: neither the start counts, nor the turns of the others.
 */
interface Node {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const folder = process.argv[2] ?? 'bench/profiles';
const SECONDS = Number(process.argv[3] ?? 2.5);

const IDLE = new Set(['(idle)', '(program)']);

function partOf({ functionName, url }: Node['callFrame']): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/g;
  const packages = Array.from(url.matchAll(inPackage), ([, name]) => name);
  if (packages.length > 0) return packages.at(-1) ?? '';
  const own = /\/dist\/(.+)$/.exec(url)?.[1];
  if (own !== undefined) return `baton ${own}`;
  if (url.startsWith('node:')) return url;
  return url === '' ? functionName : url.replace(/^.*\//, '');
}

function add(sums: Map<string, number>, key: string, microseconds: number): void {
  sums.set(key, (sums.get(key) ?? 0) + microseconds);
}

function print(title: string, sums: ReadonlyMap<string, number>, total: number): void {
  console.log(`\n${title}`);
  const sorted = [...sums].sort(([, a], [, b]) => b - a).slice(0, 28);
  for (const [key, sum] of sorted)
    console.log(`${((sum / total) * 100).toFixed(1).padStart(6)} %  ${key}`);
}

function read(file: string): void {
  const profile: Profile = JSON.parse(readFileSync(file, 'utf8'));
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((id) => [id, node.id])),
  );
  const [self, parts, inclusive] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const isIdle = (id: number): boolean => IDLE.has(byId.get(id)?.callFrame.functionName ?? '');
  const busy = profile.samples.map((id, index) =>
    isIdle(id) ? 0 : (profile.timeDeltas[index] ?? 0),
  );
  const last = busy.reduce((sum, microseconds) => sum + microseconds, 0) - SECONDS * 1e6;
  let total = 0;
  let elapsed = 0;
  profile.samples.forEach((id, index) => {
    const node = byId.get(id);
    const microseconds = busy[index] ?? 0;
    elapsed += microseconds;
    if (elapsed < last || node === undefined || isIdle(id)) return;
    total += microseconds;
    add(
      self,
      `${node.callFrame.functionName} ${partOf(node.callFrame)}:${node.callFrame.lineNumber + 1}`,
      microseconds,
    );
    add(parts, partOf(node.callFrame), microseconds);
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at)?.callFrame;
      if (frame === undefined) continue;
      const key = `${frame.functionName} ${partOf(frame)}`;
      if (!seen.has(key)) add(inclusive, key, microseconds);
      seen.add(key);
    }
  });
  console.log(`\n=== ${file}: ${(total / 1e6).toFixed(1)} s on the CPU`);
  print('self time by part', parts, total);
  print('self time by function', self, total);
  const notable = new Map([...inclusive].filter(([key]) => /baton |typeorm|valibot|lru/.test(key)));
  print('with what they call', notable, total);
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.cpuprofile')))
  read(join(folder, name));
