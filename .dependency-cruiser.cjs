/** The one direction of CONTRIBUTING.md: a file imports from its own folder or from further right. */
const LAYERS = ['standalone', 'openapi', 'auth', 'sessions', 'users', 'tokens', 'keys'];
const GROUND =
  '^src/(errors|options|events|clock|wire|database-answer|mysql-table|storable-text)\\.ts$';

/** What may not be seen from a layer: everything further left. */
const noneLookBack = LAYERS.slice(1).map((layer, index) => ({
  name: `${layer}-looks-back`,
  severity: 'error',
  from: { path: `^src/${layer}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: `^src/(${LAYERS.slice(0, index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...noneLookBack,
    {
      name: 'siblings',
      comment: 'sessions and users do not know each other',
      severity: 'error',
      from: { path: '^src/users/' },
      to: { path: '^src/(sessions|tokens|keys)/' },
    },
    {
      name: 'ground-floor',
      severity: 'error',
      from: { path: GROUND },
      to: { path: '^src/', pathNot: GROUND },
    },
    {
      name: 'client-knows-the-wire-only',
      severity: 'error',
      from: { path: '^src/client/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(client/|wire\\.ts$)' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-server-in-the-library',
      comment: 'what only the standalone server needs is no dependency of the package',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(standalone|openapi|client)/|^src/main\\.ts$|\\.spec\\.ts$',
      },
      to: {
        path: 'node_modules/(@nestjs/(swagger|platform-)|@node-rs|@zxcvbn-ts|fastest-levenshtein|p-limit|fastify)',
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.d\\.ts$' },
  },
};
