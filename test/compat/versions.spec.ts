import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';
import { startHost } from '../host/start-host.js';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** As the sources resolve it, which stand outside this folder. */
const { resolve } = createRequire(pathOf('../../src/index.ts'));

async function manifestAt(relative: string) {
  return JSON.parse(await readFile(pathOf(relative), 'utf8'));
}

describe('the other pair', () => {
  it.each([
    ['@nestjs/core', /^11\./],
    ['@nestjs/common', /^11\./],
    ['@nestjs/typeorm', /^11\./],
    ['typeorm', /^0\.3\./],
  ])('is what the sources get when they import %s: %s', async (name, version) => {
    const folder = `./node_modules/${name}`;
    expect(resolve(name).startsWith(pathOf(folder))).toBe(true);
    expect((await manifestAt(`${folder}/package.json`)).version).toMatch(version);
  });

  it('is what a started host runs on', async () => {
    const host = await startHost();
    expect(host.dataSource).toBeInstanceOf(DataSource);
    expect(host.dataSource.driver.constructor.name).toBe('SqliteDriver');
    await host.close();
  });

  it('has what nestjs-baton depends on, in the ranges that it asks for', async () => {
    const ours = await manifestAt('../../package.json');
    expect((await manifestAt('./package.json')).dependencies).toEqual(ours.dependencies);
  });
});
