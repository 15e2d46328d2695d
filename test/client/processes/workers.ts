import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { transform } from '@swc/core';
import type { WorkerOrder, WorkerReport } from './order.js';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Programs that run the client, each in a process of its own. */
export interface Workers {
  /** @returns its report, or the signal that killed it */
  run(order: WorkerOrder): Promise<WorkerReport | NodeJS.Signals>;
  close(): Promise<void>;
}

/** Compiles the client and the program, so that plain Node runs them. */
export async function prepareWorkers(): Promise<Workers> {
  const cache = join(ROOT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'baton-workers-'));
  const sources = [
    ...(await typescriptIn(join(ROOT, 'src/client'))),
    join(ROOT, 'test/client/processes/worker.ts'),
    join(ROOT, 'test/client/processes/order.ts'),
  ];
  await Promise.all(sources.map((source) => compile(source, folder)));
  const program = join(folder, 'test/client/processes/worker.js');
  return {
    async run(order) {
      const child = spawn(process.execPath, [program, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<NodeJS.Signals | null>((give) => {
        child.once('exit', (_code, signal) => give(signal));
      });
      const output = await text(child.stdout);
      return (await ended) ?? JSON.parse(output);
    },
    close: () => rm(folder, { recursive: true }),
  };
}

async function typescriptIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => /(?<!\.spec|\.d)\.ts$/.test(name))
    .map((name) => join(folder, name));
}

async function compile(source: string, folder: string): Promise<void> {
  const { code } = await transform(await readFile(source, 'utf8'), {
    filename: source,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  const target = join(folder, relative(ROOT, source)).replace(/ts$/, 'js');
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
