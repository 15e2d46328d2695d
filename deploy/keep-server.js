/**
 * Leaves in package.json what the server needs to run, so that `npm prune` takes the rest away: the package is a
 * library first, and what only its server imports is a development dependency of it. For the image's build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { serverPackages } from './server-packages.js';

const { name, version, license, type, overrides, ...manifest } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
const ranges = {
  ...manifest.peerDependencies,
  ...manifest.devDependencies,
  ...manifest.dependencies,
};
const kept = await serverPackages();
const unknown = kept.filter((one) => ranges[one] === undefined);
if (unknown.length > 0) throw new Error(`package.json does not know ${unknown.join(', ')}`);
const dependencies = Object.fromEntries(kept.map((one) => [one, ranges[one]]));
const server = { name, version, license, type, overrides, dependencies };
writeFileSync('package.json', `${JSON.stringify(server, null, 2)}\n`);
