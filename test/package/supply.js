/** What stands around the package: what it runs, what it brings along, and what is said of that. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listedPackages } from '../../deploy/server-packages.js';
import { ROOT } from './pack.js';
import { fail, readJson } from './steps.js';

/** Nothing of ours runs where the package is installed, and its bill of materials has what it brings along. */
export function checkSupply() {
  const { scripts, dependencies } = readJson(join(ROOT, 'package.json'));
  const running = ['preinstall', 'install', 'postinstall', 'prepare'].filter((one) => scripts[one]);
  if (running.length > 0) fail('the package runs scripts when it is installed:', running.join());
  const { bomFormat, components } = readJson(join(ROOT, 'sbom.cdx.json'));
  const names = components.map(({ name }) => name);
  const absent = Object.keys(dependencies).filter((name) => !names.includes(name));
  const foreign = ['jest', 'playwright-core', '@stryker-mutator/core'].filter((name) =>
    names.includes(name),
  );
  if (bomFormat !== 'CycloneDX' || absent.length > 0 || foreign.length > 0) {
    fail('sbom.cdx.json is not that of the package:', [...absent, ...foreign].join('\n'));
  }
}

/** `docs/dependencies.md` has a row for each package, and no other, and says what each is for. */
export async function checkDependencyPage() {
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([^`]+)` +\| ([^|]+) \|/gm)];
  const wanted = new Set(Object.values(await listedPackages()).flat());
  const listed = new Set(rows.map(([, name]) => name));
  const wrong = [
    ...[...wanted].filter((name) => !listed.has(name)),
    ...[...listed].filter((name) => !wanted.has(name)),
  ];
  const unexplained = rows
    .filter(([, , purpose]) => purpose.trim() === '?')
    .map(([, name]) => name);
  if (wrong.length + unexplained.length > 0) {
    fail(
      'docs/dependencies.md (npm run list:dependencies):',
      [...wrong, ...unexplained].join('\n'),
    );
  }
}
