// npm run simulate:client -- --runs N --seed S
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const env = {
  ...process.env,
  SIMULATE_RUNS: values.runs,
  SIMULATE_SEED: values.seed,
  // A schedule takes less than a tenth of a second.
  SIMULATE_LIMIT_MS: String(120_000 + Number(values.runs) * 1_000),
};
const jest = ['node_modules/jest/bin/jest.js', '-i', 'test/client-simulation'];
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', ...jest],
  { env, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
