/**
 * Writes the table of `docs/dependencies.md` anew, by what the registry says today. What a package is for is kept from
 * the page; of a new one it has to be written by hand.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listedPackages } from './server-packages.js';

const PAGE = 'docs/dependencies.md';
const HEAD = ['package', 'for', 'kept by', 'licence', 'size', 'last release'];

const page = readFileSync(PAGE, 'utf8');
/** By package: what the page says that it is for. */
const purposes = new Map(
  [...page.matchAll(/^\| `([^`]+)` +\| ([^|]*) \|/gm)].map(([, name, purpose]) => [
    name,
    purpose.trim(),
  ]),
);

function row(name) {
  const home = join('node_modules', name);
  const { version, license, repository } = JSON.parse(
    readFileSync(join(home, 'package.json'), 'utf8'),
  );
  const url = repository?.url ?? repository ?? '';
  const [, owner] = /(?:github\.com[/:])?([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url) ?? [];
  const size = `${Math.ceil(sizeOf(home) / 1024)} KiB`;
  const [people, released] = told(name, version);
  const keeper = `${owner ?? '?'}, ${people}`;
  return [
    `\`${name}\``,
    purposes.get(name) ?? '?',
    keeper,
    license,
    size,
    `${version}, ${released}`,
  ];
}

/** What the registry says. A mirror has no maintainers, and dates of its own: those are not believed. */
function told(name, version) {
  const text = execFileSync('npm', ['view', name, '--json', 'maintainers', 'time'], {
    encoding: 'utf8',
  });
  const { maintainers, time } = JSON.parse(text || '{}');
  if (!maintainers) return ['?', '?'];
  const people = `${maintainers.length} ${maintainers.length === 1 ? 'person' : 'people'}`;
  return [people, time[version].slice(0, 10)];
}

/** Bytes of its files, without those of packages below it. */
function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sizeOf(path) : statSync(path).size;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (names) =>
  [HEAD, HEAD.map(() => '---'), ...names.toSorted().map(row)].map(line).join('\n');

const sections = await listedPackages();
const written = Object.entries(sections).reduce(
  (text, [section, names]) =>
    text.replace(
      new RegExp(`(<!-- ${section} -->\n)[^]*?(\n<!-- end -->)`),
      (_all, begin, end) => `${begin}\n${table(names)}\n${end}`,
    ),
  page,
);
const today = new Date().toISOString().slice(0, 10);
writeFileSync(PAGE, written.replace(/as of \d{4}-\d\d-\d\d/, `as of ${today}`));
execFileSync('npx', ['prettier', '--write', PAGE], { stdio: 'inherit' });
