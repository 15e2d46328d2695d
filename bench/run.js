import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * `node bench/run.js [--only w1,w2] [--quick] …`: builds what is measured and what measures, installs the
 * rivals that are asked for and missing, and hands over to the harness.
 */
const here = import.meta.dirname;
const root = join(here, '..');

function npm(cwd, ...args) {
  const { status } = spawnSync('npm', args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function sourcesIn(folder) {
  return readdirSync(join(here, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(here, folder, name));
}

if (!process.argv.includes('--no-build')) npm(root, 'run', 'build');

const folders = ['harness', 'driver', 'subjects', 'workloads'];
await build({
  entryPoints: folders.flatMap(sourcesIn),
  outdir: join(here, 'build'),
  outbase: here,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  tsconfig: join(root, 'tsconfig.json'),
});

const subjects = process.argv[process.argv.indexOf('--subjects') + 1];
const isAsked = (rival) =>
  !process.argv.includes('--subjects') ||
  ['', ' fastify', ' express', ' cookie cache'].some((kind) => `${rival}${kind}`.match(subjects));

for (const rival of readdirSync(join(here, 'rivals')).filter(isAsked)) {
  const folder = join(here, 'rivals', rival);
  if (!existsSync(join(folder, 'node_modules'))) npm(folder, 'ci', '--no-audit', '--no-fund');
}

await import('./build/harness/main.js');
