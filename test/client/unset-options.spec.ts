/** Options that an application has no value for. @see issue 13 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import type { BatonOptions } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { type Api, nameOf, startApi } from './api.js';

const CLIENT = resolve(import.meta.dirname, '../../src/client');

/** What applications write down, and hand over. */
const GIVEN = /(Options|Props|Routes|Credentials|BatonStorage|ProofTarget)(<|$)/;

function isExact(member: ts.TypeElement): boolean {
  const type = ts.isPropertySignature(member) ? member.type : undefined;
  const parts = type && ts.isUnionTypeNode(type) ? type.types : [type];
  return parts.every((part) => part?.kind !== ts.SyntaxKind.UndefinedKeyword);
}

/** The fields of an interface that may be left out, but not be `undefined` under `exactOptionalPropertyTypes`. */
function exactFieldsIn({ name, members }: ts.InterfaceDeclaration): string[] {
  return members
    .filter((member) => member.questionToken !== undefined && isExact(member))
    .map((member) => `${name.text}.${member.name?.getText()}`);
}

it('each option that can be left out can be undefined as well, as under exactOptionalPropertyTypes', () => {
  const paths = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' });
  const interfaces = paths
    .filter((path) => /(?<!\.spec)\.tsx?$/.test(path))
    .map((path) => readFileSync(join(CLIENT, path), 'utf8'))
    .flatMap((text) => [...ts.createSourceFile('', text, ts.ScriptTarget.Latest, true).statements])
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => GIVEN.test(name.text));
  expect(interfaces.length).toBeGreaterThan(15);
  expect(interfaces.flatMap(exactFieldsIn)).toEqual([]);
});

describe('a client all of whose options are undefined', () => {
  const UNSET: Record<Exclude<keyof BatonOptions, 'baseUrl' | 'storage'>, undefined> = {
    name: undefined,
    lock: undefined,
    routePrefix: undefined,
    origins: undefined,
    refreshAheadMs: undefined,
    timeoutMs: undefined,
    fetch: undefined,
    readUser: undefined,
    errorCode: undefined,
    hmac: undefined,
    clock: undefined,
    wakeOn: undefined,
  };
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  it('is one with their defaults', async () => {
    const storage = { ...memoryStorage(), lock: undefined, watch: undefined, transport: undefined };
    const baton = await api.signedIn({ ...UNSET, storage });
    api.host.clock.turn(900);
    expect(await nameOf(baton)).toBe('ann');
  });
});
