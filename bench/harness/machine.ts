import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** What the figures were made on. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** The load average of the last minute when the run began: other work makes figures worthless. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const names = ['.', 'node_modules/@nestjs/core', 'node_modules/fastify', 'node_modules/typeorm'];
  names.push('node_modules/better-sqlite3', 'node_modules/pg', 'node_modules/mysql2');
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    load: loadavg()[0] ?? 0,
    versions: Object.fromEntries(names.map(versionOf)),
  };
}

function versionOf(folder: string): [string, string] {
  const text = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
  const { name, version }: { name: string; version: string } = JSON.parse(text);
  return [name, version];
}
