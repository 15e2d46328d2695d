import { generateKeyPairSync } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TurnedClock } from '../../../test/host/turned-clock.js';
import { type KeyFile, KeyFolder, signingFile } from './key-folder.js';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const pem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const file = (name: string, minutesOld: number, signs = true): KeyFile => ({
  name,
  text: name,
  signs,
  sinceMs: NOW - minutesOld * MINUTE,
});

describe('of the files in a folder of keys', () => {
  it.each([
    ['the only one', [file('1', 0)], '1'],
    ['the last one by name', [file('1', 90), file('2', 60), file('3', 30)], '3'],
    [
      'the last one for which ten minutes are over',
      [file('1', 90), file('2', 10), file('3', 9.9)],
      '2',
    ],
    ['the first one, where ten minutes are over for none', [file('1', 1), file('2', 2)], '1'],
    ['one with a private key', [file('1', 90), file('2', 60, false)], '1'],
    ['none, where none has a private key', [file('1', 90, false)], undefined],
    ['none, where there is none', [], undefined],
  ])('%s signs', (_what, files, name) => {
    expect(signingFile(files, NOW)?.name).toBe(name);
  });
});

describe('a folder of keys', () => {
  let path: string;
  let clock: TurnedClock;
  let folder: KeyFolder;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'baton-keys-'));
    clock = new TurnedClock(NOW);
    folder = new KeyFolder(path, 'RS256', clock);
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  const write = (name: string, text = pem()): string => {
    writeFileSync(join(path, name), text);
    return text;
  };
  const names = (): string[] => folder.files.map(({ name }) => name);
  const signing = (): string | undefined => signingFile(folder.files, clock.nowMs())?.name;

  it('has its keys in the order of their names', () => {
    for (const name of ['b', 'a', 'C', 'ä']) write(name);
    expect(folder.look()).toEqual([]);
    expect(names()).toEqual(['C', 'a', 'b', 'ä']);
  });

  it('takes what appears, to sign after ten minutes, and lets go of what disappears', () => {
    write('1');
    folder.look();
    write('2');
    folder.look();
    expect(names()).toEqual(['1', '2']);
    expect(signing()).toBe('1');
    clock.turn(599);
    expect(signing()).toBe('1');
    clock.turn(1);
    expect(signing()).toBe('2');
    rmSync(join(path, '1'));
    folder.look();
    expect(names()).toEqual(['2']);
  });

  it('believes a file of the start that it is as old as it says, and one that comes later not', () => {
    const hourAgo = new Date(NOW - 60 * MINUTE);
    for (const name of ['1', '2']) {
      write(name);
      utimesSync(join(path, name), hourAgo, hourAgo);
    }
    folder.look();
    expect(signing()).toBe('2');
    write('3');
    utimesSync(join(path, '3'), hourAgo, hourAgo);
    folder.look();
    expect(signing()).toBe('2');
  });

  it('takes another key in a file of the same name for a new one', () => {
    write('1');
    write('2');
    folder.look();
    clock.turn(600);
    expect(signing()).toBe('2');
    write('2');
    folder.look();
    expect(signing()).toBe('1');
  });

  it.each([
    ['half of a key', pem().slice(0, 60), /takes a key as PEM|takes an unencrypted private key/],
    ['nothing', '', /takes/],
    ['a book', 'x'.repeat(65 * 1024), /takes at most 65536 bytes/],
  ])(
    'leaves a file that holds %s as it was, and says so without a word of it',
    (_what, text, why) => {
      const before = write('1');
      folder.look();
      write('1', text);
      write('2', text);
      const problems = folder.look();
      expect(problems).toEqual([expect.stringMatching(why), expect.stringMatching(why)]);
      expect(problems.join()).not.toContain(text.slice(30, 60) || 'PRIVATE');
      expect(folder.files.map(({ name, text: kept }) => [name, kept])).toEqual([['1', before]]);
    },
  );

  it('stays as it was while it is away', () => {
    write('1');
    folder.look();
    renameSync(path, `${path}-away`);
    expect(folder.look()).toEqual([expect.stringMatching(/there is no such file$/)]);
    expect(names()).toEqual(['1']);
    renameSync(`${path}-away`, path);
    expect(folder.look()).toEqual([]);
  });

  it('has no key in a hidden file, a folder or a link that leads nowhere', () => {
    write('1');
    write('.hidden');
    mkdirSync(join(path, 'more'));
    symlinkSync(join(path, 'nowhere'), join(path, '2'));
    expect(folder.look()).toEqual([]);
    expect(names()).toEqual(['1']);
  });

  /** As the kubelet writes the files of a secret. */
  it('follows a link to a folder that is swapped for another', () => {
    const version = (name: string, files: readonly string[]): void => {
      mkdirSync(join(path, name));
      for (const one of files) writeFileSync(join(path, name, one), pem());
      symlinkSync(name, join(path, '..data_tmp'));
      renameSync(join(path, '..data_tmp'), join(path, '..data'));
    };
    version('..2026_01', ['1.pem']);
    symlinkSync(join('..data', '1.pem'), join(path, '1.pem'));
    folder.look();
    const [before] = folder.files;
    version('..2026_02', ['1.pem', '2.pem']);
    symlinkSync(join('..data', '2.pem'), join(path, '2.pem'));
    rmSync(join(path, '..2026_01'), { recursive: true });
    expect(folder.look()).toEqual([]);
    expect(names()).toEqual(['1.pem', '2.pem']);
    expect(folder.files[0]?.text).not.toBe(before?.text);
  });
});
