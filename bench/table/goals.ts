import type { FigureName, Goal, Who } from '../harness/samples.js';
import { W1, W2, W3 } from './workloads.js';

/** What is measured without HTTP. */
export const IN_PROCESS = {
  workload: 'W2 in process',
  one: 'AuthService.refresh, 1 session',
  many: 'AuthService.refresh, 32 sessions at once',
  limit: 'one UPDATE, two signatures and a verification by JwtService',
};
export const DPOP = {
  workload: 'DPoP in process',
  guarded: 'a guarded call with a proof',
  bare: 'the bare ES256 verification',
};
export const W4 = 'W4 growth';
export const W6 = 'W6 start';

/** So many times as many requests a second, or as little of another figure. */
const least = (bound: number, mine: Who, other: Who, figure?: FigureName): Goal => ({
  mine,
  other,
  figure: figure ?? 'perSecond',
  relation: '≥',
  bound,
});

/** So many times as much of a figure, or, beside nobody, so much. */
const most = (bound: number, figure: FigureName, mine: Who, other: Who | null): Goal => ({
  mine,
  other,
  figure,
  relation: '≤',
  bound,
});

/** The goals of the project: within one run, judged for every number of connections at which both were measured. */
export function goals(): Goal[] {
  return [...['fastify', 'express'].flatMap(ofHost), ...ofServer(), ...ofTable()];
}

function ofHost(platform: string): Goal[] {
  const [baton, nest] = [`baton ${platform}`, `nest ${platform}`];
  return [
    ...[baton, nest].flatMap((limit) => [
      least(0.9, [W1.one, baton], [W1.yes, limit]),
      least(0.86, [W1.some, baton], [W1.yes, limit]),
    ]),
    least(0.95, [W1.fresh, baton], [W1.fresh, `bare passport-jwt ${platform}`]),
    least(platform === 'fastify' ? 10 : 3.5, [W1.one, baton], [W1.one, 'textbook express']),
    least(0.28, [W2.sqlite, baton], [W2.echo, nest]),
    most(1.15, 'startMs', [W6, baton], [W6, nest]),
    most(1.2, 'idleMb', [W6, baton], [W6, nest]),
    // Where another checkout is measured, too.
    ...Object.values({ ...W1, ...W2 }).map((workload) =>
      least(1, [workload, baton], [workload, `other ${baton}`]),
    ),
  ];
}

function ofServer(): Goal[] {
  const server = 'standalone';
  return [
    least(3, [W1.user, server], [W1.user, 'oidc-provider']),
    least(0.5, [W1.user, server], [W1.yes, 'nest fastify']),
    ...['baton fastify', server, `${server} synchronous=normal`].map((name) =>
      least(6, [W2.sqlite, name], [W2.sqlite, 'oidc-provider']),
    ),
    ...[IN_PROCESS.one, IN_PROCESS.many].map((name) =>
      least(0.6, [IN_PROCESS.workload, name], [IN_PROCESS.workload, IN_PROCESS.limit]),
    ),
    most(1.3, 'cpuUs', [DPOP.workload, DPOP.guarded], [DPOP.workload, DPOP.bare]),
    least(0.9, [W3.login, server], [W3.hash, 'nest fastify']),
    most(3, 'p99Ms', [W3.flooded, server], [W3.quiet, server]),
  ];
}

function ofTable(): Goal[] {
  return [
    // By CPU time: two processes share the cores of the machine with the database and the clients.
    least(1.3, [W2.divided, 'two processes'], [W2.divided, 'one process'], 'cpuUs'),
    least(0.6, [W2.divided, 'one process'], [W2.divided, 'pgbench']),
    ...['sqlite', 'postgres'].flatMap((database) => [
      most(0, 'rowsPerRefresh', [W4, database], null),
      most(0, 'bytesPerRefresh', [W4, database], null),
      most(600, 'bytesPerSession', [W4, database], null),
    ]),
  ];
}
