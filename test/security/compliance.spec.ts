import * as v from 'valibot';
import { describeWithVectors, readVectors } from '../vectors/known-vectors.js';
import { type ComplianceRow, complianceRowsOf, linksIn, testsIn } from './pointers.js';

/** The chapters of ASVS that are about what this does: authentication, sessions, tokens, OAuth. */
const CHAPTERS = ['V6', 'V7', 'V9', 'V10'];

/** The sections of RFCs that ask for something. */
const SECTIONS = {
  'rfc-8725': '3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 3.10 3.11 3.12',
  'rfc-9700':
    '2.1 2.1.1 2.1.2 2.2.1 2.2.2 2.3 2.4 2.5 2.6 4.1.3 4.2.4 4.3.1 4.3.2 4.4.2 4.5.3 4.6.1 4.7.1 4.8.2 4.9.3 ' +
    '4.10.1 4.10.2 4.10.3 4.11.1 4.11.2 4.12 4.13 4.14.2 4.15.1 4.16 4.17.2',
  'rfc-10017':
    '5 6.1.3.1 6.1.3.2 6.1.3.3 6.1.3.3.1 6.1.3.3.2 6.1.3.3.3 6.1.3.4 6.1.3.5 6.1.3.6 6.1.3.7 ' +
    '6.2.2.2 6.2.2.3 6.2.2.4 6.2.3.1 6.2.3.2 6.2.3.3 6.2.3.4 6.2.4.3.1 6.2.4.3.2 ' +
    '6.3.2.1 6.3.2.2 6.3.2.3 6.3.3.1 6.3.3.2 6.3.3.2.1 6.3.3.3 6.3.3.4 6.3.4.2.1 6.3.4.2.2 6.3.4.2.3 ' +
    '7.1 7.2 7.3 7.4 8.1 8.2 8.3 8.4 8.5 8.6 9.1 9.2 9.3 9.4',
};

const asvsSchema = v.object({
  requirements: v.array(v.object({ chapter_id: v.string(), req_id: v.string() })),
});

const idsOf = (page: string): string[] => complianceRowsOf(page).map(({ id }) => id);

/** Whether a row has what its verdict takes. */
function isFounded({ verdict, where }: ComplianceRow): boolean {
  if (testsIn(where).some(({ title }) => title === null)) return false;
  if (verdict === 'met') return testsIn(where).length > 0;
  if (verdict === 'host') return linksIn(where).length > 0;
  return ['refused', 'not met'].includes(verdict) && where.trim() !== '';
}

/** @see issue 16 */
describe.each(['asvs', ...Object.keys(SECTIONS)])('docs/compliance/%s.md', (name) => {
  const page = `docs/compliance/${name}.md`;

  it('what is met has a test with its title, what the host does has a page, all else a reason', () => {
    const rows = complianceRowsOf(page);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !isFounded(row)).map(({ id }) => id)).toEqual([]);
  });
});

it.each(Object.entries(SECTIONS))(
  'docs/compliance/%s.md has each section that asks for something, and no other',
  (name, sections) => {
    expect([...new Set(idsOf(`docs/compliance/${name}.md`))]).toEqual(sections.split(' '));
  },
);

describeWithVectors('asvs', 'ASVS 5.0.0', () => {
  it('has a row for each line of the four chapters, and no row for another', () => {
    const { requirements } = v.parse(asvsSchema, readVectors('asvs/asvs-5.0.0.flat.json'));
    const asked = requirements.filter(({ chapter_id }) => CHAPTERS.includes(chapter_id));
    expect(idsOf('docs/compliance/asvs.md')).toEqual(asked.map(({ req_id }) => req_id));
  });
});
