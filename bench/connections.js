import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** `npm run measure:connections`, which builds the package first; this builds what measures it. */
const here = import.meta.dirname;

await build({
  entryPoints: ['connections', 'subjects'].flatMap((folder) =>
    readdirSync(join(here, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(here, folder, name)),
  ),
  outdir: join(here, 'build'),
  outbase: here,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  tsconfig: join(here, '../tsconfig.json'),
});

await import('./build/connections/main.js');
