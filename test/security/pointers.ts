import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A line of a document that others have written, and how it stands with it. */
export interface ComplianceRow {
  readonly id: string;
  readonly verdict: string;
  /** Where it is shown, or why it is not so. */
  readonly where: string;
}

const TEST = /`((?:test|src)\/[\w/.-]+\.spec\.ts)`(?: “([^”]+)”)?/g;
const LINK = /\]\(([^)\s]+)\)/g;

/** The tests that a text names, each with its title where it says one. */
export function testsIn(text: string): readonly { file: string; title: string | null }[] {
  return [...text.matchAll(TEST)].map(([, file = '', title = null]) => ({ file, title }));
}

/** The pages of ours that a text links to, as it writes them. */
export function linksIn(text: string): readonly string[] {
  return [...text.matchAll(LINK)].flatMap(([, link = '']) => (/^\w+:/.test(link) ? [] : [link]));
}

/** What a page points to and is not there. */
export function brokenPointersIn(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  const tests = testsIn(text).filter(({ file, title }) => !isTest(file, title));
  const links = linksIn(text).filter((link) => !isThere(page, link));
  return [...tests.map(({ file, title }) => `${file}: ${title}`), ...links];
}

/** The rows of the tables of a page whose columns are: line, what it asks, verdict, where. */
export function complianceRowsOf(page: string): readonly ComplianceRow[] {
  const rows = readFileSync(page, 'utf8').matchAll(
    /^\| (V?\d[\d.]*) +\| [^|]+ \| ([^|]+?) +\| ([^|]+) \|$/gm,
  );
  return [...rows].map(([, id = '', verdict = '', where = '']) => ({ id, verdict, where }));
}

/** A title is the first argument of what defines a test or a group of them. */
function isTest(file: string, title: string | null): boolean {
  if (!existsSync(file)) return false;
  if (title === null) return true;
  const source = readFileSync(file, 'utf8').replaceAll(/\\(['"`])/g, '$1');
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`\(\s*(['"\`])${escaped}\1,`).test(source);
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(target).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return new Set(Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => anchorOf(heading)));
}

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
