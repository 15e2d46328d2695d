import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** `node bench/run.js PROGRAM …`: builds what measures, installs the rival, and runs one of the programs. */
const here = import.meta.dirname;
const [program, ...options] = process.argv.slice(2);

const sources = readdirSync(here, { recursive: true }).filter(
  (name) => name.endsWith('.ts') && !name.includes('node_modules'),
);
await build({
  entryPoints: sources.map((name) => join(here, name)),
  outdir: join(here, 'build'),
  outbase: here,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  tsconfig: join(here, '../tsconfig.json'),
});

const rival = join(here, 'rivals/oidc-provider');
if (program === 'main' && !existsSync(join(rival, 'node_modules'))) {
  spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: rival, stdio: 'inherit' });
}
process.argv.splice(2, process.argv.length, ...options);
await import(`./build/${program}.js`);
