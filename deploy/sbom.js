/**
 * Writes `sbom.cdx.json` (CycloneDX): what the package brings along where it is installed, with the versions that it
 * was tested with. npm's own list of the repository would have everything that tests and examples need, too.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'baton-sbom-'));
const npm = (...options) =>
  execFileSync('npm', options, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });

const published = JSON.parse(readFileSync('package.json', 'utf8'));
delete published.devDependencies;
delete published.scripts;
writeFileSync(join(folder, 'package.json'), JSON.stringify(published));
cpSync('package-lock.json', join(folder, 'package-lock.json'));
npm('install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
const how = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
const sbom = JSON.parse(npm('sbom', ...how));
sbom.metadata.component.name = published.name;
writeFileSync('sbom.cdx.json', `${JSON.stringify(sbom, null, 2)}\n`);
rmSync(folder, { recursive: true });
