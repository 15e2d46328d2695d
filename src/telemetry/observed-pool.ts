import type { Meter, ObservableResult } from '@opentelemetry/api';
import type { DataSource } from 'typeorm';

/** The pool of `pg` tells who waits. */
interface PostgresPool {
  readonly waitingCount: number;
}

/** The pool of `mysql2` tells only when somebody begins to. */
interface MysqlPool {
  on(event: 'enqueue', listener: () => void): unknown;
  off(event: 'enqueue', listener: () => void): unknown;
}

/** Registers what the pool of a data source tells of those who wait for a connection. @returns what ends it */
export function observePool(meter: Meter, { driver }: DataSource): () => void {
  if ('master' in driver) return gaugeWaiting(meter, driver);
  if ('pool' in driver && isMysqlPool(driver.pool)) return countWaits(meter, driver.pool);
  return () => {};
}

function gaugeWaiting(meter: Meter, driver: { readonly master: unknown }): () => void {
  const gauge = meter.createObservableGauge('baton.pool.waiting', {
    description: 'Statements that wait for a connection now (PostgreSQL)',
  });
  const look = (result: ObservableResult): void => {
    if (isPostgresPool(driver.master)) result.observe(driver.master.waitingCount);
  };
  gauge.addCallback(look);
  return () => gauge.removeCallback(look);
}

function countWaits(meter: Meter, pool: MysqlPool): () => void {
  const counter = meter.createCounter('baton.pool.waits', {
    description: 'Statements that had to wait for a connection (MySQL, MariaDB)',
  });
  counter.add(0);
  const count = (): void => counter.add(1);
  pool.on('enqueue', count);
  return () => void pool.off('enqueue', count);
}

const isPostgresPool = (pool: unknown): pool is PostgresPool =>
  typeof pool === 'object' && pool !== null && 'waitingCount' in pool;

const isMysqlPool = (pool: unknown): pool is MysqlPool =>
  typeof pool === 'object' && pool !== null && 'on' in pool && 'off' in pool;
