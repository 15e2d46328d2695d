/** The one direction of CONTRIBUTING.md: which folders a folder may see besides itself and the ground floor. */
const VISIBLE = {
  keys: [],
  tokens: ['keys'],
  users: [],
  sessions: ['tokens', 'keys'],
  audit: ['sessions', 'tokens', 'keys'],
  auth: ['audit', 'sessions', 'users', 'tokens', 'keys'],
  openapi: ['auth', 'audit', 'sessions', 'users', 'tokens', 'keys'],
  telemetry: ['auth', 'audit', 'sessions', 'users', 'tokens', 'keys'],
  testing: ['auth', 'audit', 'sessions', 'users', 'tokens', 'keys'],
  migrations: [],
  standalone: [
    'telemetry',
    'openapi',
    'auth',
    'audit',
    'sessions',
    'users',
    'tokens',
    'keys',
    'migrations',
    'client',
  ],
};
/** Within the server, so that its folders are no circle either. */
const SERVER = {
  environment: [],
  users: ['environment'],
  redis: ['environment'],
  metrics: [],
  database: ['environment', 'users'],
};
const GROUND =
  '^src/(errors|options|events|clock|wire|database-answer|database-fault|mysql-table|storable-text|whole-number-column)\\.ts$';

/** A folder that is in no list is seen by nobody, and neither are `index.ts` and `main.ts`. */
const oneDirection = Object.entries(VISIBLE).map(([folder, visible]) => ({
  name: `${folder}-looks-elsewhere`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/(${[folder, ...visible].join('|')})/`, GROUND] },
}));

const oneDirectionInServer = Object.entries(SERVER).map(([folder, visible]) => ({
  name: `standalone-${folder}-looks-elsewhere`,
  severity: 'error',
  from: { path: `^src/standalone/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/standalone/', pathNot: `^src/standalone/(${[folder, ...visible].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...oneDirection,
    ...oneDirectionInServer,
    {
      name: 'index-without-the-server',
      comment:
        'the main entry of the package brings neither the server nor what browsers or Swagger need',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(standalone|telemetry|openapi|client)/' },
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
    {
      name: 'no-transport-before-its-time',
      comment:
        'what a host may do without is loaded when it is needed: an import() inside of a function',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: 'node_modules/(@nestjs/(graphql|apollo|mercurius|websockets|microservices)|graphql|graphql-ws|mercurius|ws|socket\\.io)/',
        dependencyTypesNot: ['dynamic-import'],
      },
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
        path: 'node_modules/(@nestjs/(swagger|platform-)|@node-rs|@opentelemetry/(sdk|exporter)|@zxcvbn-ts|@redis|fastest-levenshtein|p-limit|fastify)',
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
