/** The whole application in one file, with the very lines of docs/integration.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../package/pack.js';
import { fail, run, say } from '../package/steps.js';

const PAGE = readFileSync(join(ROOT, 'docs/integration.md'), 'utf8');
const WEBPACK = block('js\n// webpack.config.js');
const ESBUILD = block('sh\nnpx esbuild ');

/** A block of code, by how it begins. */
function block(start) {
  const [, rest] = PAGE.split(`\`\`\`${start}`);
  return rest?.split('```')[0] ?? fail(`docs/integration.md has no longer: ${start}`);
}

/** By webpack, as `nest build` calls it. TypeORM is handed its driver. */
export async function checkWebpack(folder) {
  const path = join(folder, 'src/app.module.ts');
  const module = readFileSync(path, 'utf8');
  const type = "type: 'better-sqlite3',";
  writeFileSync(path, module.replace(type, `${type} driver: require('better-sqlite3'),`));
  const entry = "{ ...options, entry: './src/one-file.ts', output: { filename: 'bundle.js' } }";
  writeFileSync(join(folder, 'webpack.config.js'), WEBPACK.replace('...options,', `...${entry},`));
  await run(folder, 'npx', 'nest', 'build', '--webpack');
  await checkFile(folder, 'dist/bundle.js');
  say('Nest 11, webpack: all of it in one file, which serves');
}

/** By esbuild, of what `nest build` has made; names are made short. */
export async function checkEsbuild(folder) {
  const command = ESBUILD.replace('dist/main.js', 'dist/one-file.js');
  await run(folder, 'sh', '-c', `${join(ROOT, 'node_modules/.bin/esbuild')} ${command}`);
  await checkFile(folder, 'dist/bundle.mjs');
  say('Nest 12, esbuild: all of it in one file, which serves');
}

async function checkFile(folder, file) {
  const answer = (await run(folder, process.execPath, file)).trim();
  if (answer !== '200 401 missing_token') fail(`${file} answered otherwise`, answer);
}
