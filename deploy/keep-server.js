/**
 * Leaves in package.json what the server needs to run, so that `npm prune` takes the rest away: the package is a
 * library first, and what only its server imports is a development dependency of it. For the image's build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';

/** What is loaded by name: TypeORM's drivers, and what serves the files of /docs. */
const LOADED_BY_NAME = ['better-sqlite3', 'mysql2', 'pg', '@fastify/static'];

const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm' };
const { metafile } = await build({
  ...options,
  entryPoints: ['dist/main.js'],
  metafile: true,
  write: false,
});
const imported = Object.values(metafile.outputs)
  .flatMap(({ imports }) => imports)
  .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path)
  .filter((name) => !isBuiltin(name));

const { dependencies, devDependencies, peerDependencies, ...rest } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
for (const field of ['peerDependenciesMeta', 'scripts', 'exports', 'typesVersions']) {
  delete rest[field];
}
const ranges = { ...peerDependencies, ...devDependencies, ...dependencies };
const kept = [...new Set([...imported, ...LOADED_BY_NAME])].toSorted();
const unknown = kept.filter((name) => ranges[name] === undefined);
if (unknown.length > 0) throw new Error(`package.json does not know ${unknown.join(', ')}`);
const server = {
  ...rest,
  dependencies: Object.fromEntries(kept.map((name) => [name, ranges[name]])),
};
writeFileSync('package.json', `${JSON.stringify(server, null, 2)}\n`);
