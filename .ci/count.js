// Adds up Jest's reports; a step that failed without a failed test counts as one.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
const reports = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')),
);
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);

const SHOWN = 20;
const suites = reports.flatMap(({ testResults }) => testResults);
const lasted = suites.map(({ name, startTime, endTime }) => [
  Math.round((endTime - startTime) / 1000),
  relative(process.cwd(), name),
]);
lasted.sort(([one], [other]) => other - one);
console.log('\n== the longest suites');
for (const [seconds, name] of lasted.slice(0, SHOWN)) console.log(`${seconds} s  ${name}`);

const passed = sum('numPassedTests');
const failed = sum('numFailedTests') + sum('numRuntimeErrorTestSuites');
const skipped = sum('numPendingTests') + sum('numTodoTests');
if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(', ')}`);
const counted = Math.max(failed, failedSteps.length);
console.log(`\n${passed} passed, ${counted} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = counted > 0 || passed === 0 ? 1 : 0;
