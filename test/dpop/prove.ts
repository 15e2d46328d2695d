import { parseArgs } from 'node:util';
import { cleanUp } from '../standalone/server-process.js';
import { proveSiblings } from './siblings.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10000' } } });
const outcome = await proveSiblings(Number(values.rounds), Math.random);
await cleanUp();
const { rounds, refreshes, gaps, lost, thief } = outcome;
const widest = gaps.findLastIndex((times) => times > 0);
const isProved = lost.length === 0 && thief.tokens === 0 && thief.events === thief.tries;
process.stdout.write(
  `${rounds} rounds, ${refreshes} refreshes by 8 processes with copies 0 to ${widest} generations old: ` +
    `${lost.length} refused\n` +
    `generations behind: ${gaps.map((times, gap) => `${gap}: ${times}`).join(', ')}\n` +
    `a thief with every token and proof, ${thief.tries} tries: ${thief.tokens} not refused, ${thief.events} events\n`,
);
for (const answer of lost.slice(0, 5)) process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exitCode = isProved ? 0 : 1;
