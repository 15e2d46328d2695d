import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';

/** What is loaded by name: TypeORM's drivers, and what serves the files of /docs. */
const LOADED_BY_NAME = ['better-sqlite3', 'mysql2', 'pg', '@fastify/static'];

/** @returns the packages that the built server imports, sorted: many are development dependencies of the library */
export async function serverPackages() {
  const { metafile } = await build({
    entryPoints: ['dist/main.js'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
  });
  const imported = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path)
    .filter((name) => !isBuiltin(name));
  return [...new Set([...imported, ...LOADED_BY_NAME])].toSorted();
}

/** The packages of `docs/dependencies.md`, by its sections: what the server needs besides is in neither of the others. */
export async function listedPackages() {
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const brought = Object.keys(dependencies);
  const peers = Object.keys(peerDependencies);
  return {
    brought,
    required: peers.filter((name) => !peerDependenciesMeta[name]?.optional),
    server: (await serverPackages()).filter((name) => ![...brought, ...peers].includes(name)),
  };
}
