import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokenPointersIn, testsIn } from './pointers.js';

const PAGES = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

/** @see issue 16 */
it.each(PAGES)('every test and every page that %s points to is there', (page) => {
  expect(brokenPointersIn(page)).toEqual([]);
});

it('a pointer that leads nowhere is found', () => {
  const page = join(mkdtempSync(join(tmpdir(), 'pointers-')), 'page.md');
  const here = 'test/security/pointers.spec.ts';
  const broken = [
    ['`test/security/gone.spec.ts`', 'test/security/gone.spec.ts: null'],
    [`\`${here}\` “each threat has”`, `${here}: each threat has`],
    ['[gone](gone.md)', 'gone.md'],
    ['[no such part](#another)', '#another'],
  ];
  const sound = `\`${here}\` “each threat has a test” [this](#a-part-and-more) [far](https://example.com)`;
  writeFileSync(
    page,
    `## A part, and \`more\`\n${sound}\n${broken.map(([text]) => text).join('\n')}`,
  );
  expect(brokenPointersIn(page)).toEqual(broken.map(([, complaint]) => complaint));
});

it('each threat has a test', () => {
  const [, threats = ''] = readFileSync('docs/threat-model.md', 'utf8').split('## Threats');
  const rows = threats
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(testsIn(row)).not.toEqual([]);
});
