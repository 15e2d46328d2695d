/** Stops `npm publish` until the package says where it lives, and where a weakness is reported. */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const missing = ['repository', 'bugs', 'homepage'].filter((field) => !manifest[field]);
const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
if (security.includes('has no public home yet')) missing.push('an address in SECURITY.md');
if (missing.length > 0) {
  console.error(`Not published: package.json lacks ${missing.join(', ')}`);
  process.exit(1);
}
