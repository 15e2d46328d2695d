import * as v from 'valibot';
import { describeWithVectors, readVectors } from '../vectors/known-vectors.js';
import { type ComplianceRow, complianceRowsOf, linksIn, testsIn } from './pointers.js';

/** The chapters of ASVS that are about what this does: authentication, sessions, tokens, OAuth. */
const CHAPTERS = ['V6', 'V7', 'V9', 'V10'];

const asvsSchema = v.object({
  requirements: v.array(v.object({ chapter_id: v.string(), req_id: v.string() })),
});

const idsOf = (page: string): string[] => complianceRowsOf(page).map(({ id }) => id);

/** Whether a row has what its verdict takes. */
function isFounded({ verdict, where }: ComplianceRow): boolean {
  if (testsIn(where).some(({ title }) => title === null)) return false;
  if (verdict === 'met') return testsIn(where).length > 0;
  return verdict === 'host' ? linksIn(where).length > 0 : where.trim() !== '';
}

/** @see issue 16 */
describe.each(['asvs'])('docs/compliance/%s.md', (name) => {
  const page = `docs/compliance/${name}.md`;

  it('what is met has a test with its title, what the host does has a page, all else a reason', () => {
    const rows = complianceRowsOf(page);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !isFounded(row)).map(({ id }) => id)).toEqual([]);
  });
});

describeWithVectors('asvs', 'ASVS 5.0.0', () => {
  it('has a row for each line of the four chapters, and no row for another', () => {
    const { requirements } = v.parse(asvsSchema, readVectors('asvs/asvs-5.0.0.flat.json'));
    const asked = requirements.filter(({ chapter_id }) => CHAPTERS.includes(chapter_id));
    expect(idsOf('docs/compliance/asvs.md')).toEqual(asked.map(({ req_id }) => req_id));
  });
});
