import { execFileSync } from 'node:child_process';

/** What an application of plain HTTP may not be made to load. */
const TRANSPORTS =
  /node_modules\/(@nestjs\/(graphql|apollo|mercurius|websockets|platform-ws|platform-socket\.io|microservices)|@apollo|graphql|graphql-ws|mercurius|ws|socket\.io|amqplib|amqp-connection-manager|nats|@nats-io|ioredis|@redis|redis|@opentelemetry)\//;

const HOOKS = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(1, url + '\\n');
    return next(url, context);
  }
`;

/** Each loads the package, and prints every file that comes along. */
const COMMON_JS = `
  require('./dist/cjs/index.js');
  console.log(Object.keys(require.cache).join('\\n'));
`;

const ES_MODULES = `
  import { register } from 'node:module';
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)});
  await import(new URL('./dist/index.js', 'file://' + process.cwd() + '/'));
  const { createRequire } = await import('node:module');
  console.log(Object.keys(createRequire(process.cwd() + '/').cache).join('\\n'));
`;

/** `npm run build` comes first. @see issues 14 and 15 */
it.each([
  ['commonjs', COMMON_JS],
  ['module', ES_MODULES],
])('neither a transport nor OpenTelemetry is loaded with the package (%s)', (type, script) => {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', script], {
    encoding: 'utf8',
  });
  const files = output.split('\n');
  expect(files).toContainEqual(expect.stringMatching(/dist\/(cjs\/)?auth\/jwt-auth\.guard\.js$/));
  expect(files.filter((file) => TRANSPORTS.test(file))).toEqual([]);
});
