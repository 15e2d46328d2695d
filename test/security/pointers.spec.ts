import { existsSync, readFileSync } from 'node:fs';

const PAGE = 'docs/threat-model.md';
const tests = readFileSync(PAGE, 'utf8').match(/test\/[\w/.-]+\.spec\.ts/g) ?? [];

/** @see issue 16 */
it.each([...new Set(tests)])(`what ${PAGE} points to is there: %s`, (file) => {
  expect(existsSync(file)).toBe(true);
});

it('each threat has a test', () => {
  const [, threats = ''] = readFileSync(PAGE, 'utf8').split('## Threats');
  const rows = threats
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(row).toMatch(/`test\/.*\.spec\.ts`/);
});
