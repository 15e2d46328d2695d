import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseAddress } from './database-url.js';

const folder = mkdtempSync(join(tmpdir(), 'baton-url-'));
const ca = join(folder, 'ca.pem');
writeFileSync(ca, 'a certificate');

afterAll(() => rmSync(folder, { recursive: true }));

/** What a URL is refused with; what was given must not be in it. */
function refusalOf(url: string): string {
  try {
    databaseAddress(url);
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
  return `${url} is taken`;
}

describe('a PostgreSQL URL', () => {
  it.each([
    'postgres://user@host/db',
    'postgresql://user:secret@[::1]:5433/db?sslmode=verify-full',
    'postgres://user@/db?host=/var/run/postgresql',
    'postgres:///db?host=/var/run/postgresql&port=5433',
    'postgres://user@%2Fvar%2Frun%2Fpostgresql/db',
    `postgres://user@host/db?sslmode=verify-ca&uselibpqcompat=true&sslrootcert=${ca}`,
    'postgres://user@host/db?application_name=auth&options=-c%20search_path%3Dauth',
  ])('is taken as pg reads it: %s', (url) => {
    expect(databaseAddress(url)).toEqual({ type: 'postgres', url });
  });

  it.each([
    ['postgres://user@/db', 'a host'],
    ['postgres:///db', 'a host'],
    ['postgres://user@host/db?connect_timeout=5', 'no parameter connect_timeout'],
    ['postgres://user@host/db?query_timeout=0', 'no parameter query_timeout'],
    ['postgres://user@host/db?statement_timeout=0', 'no parameter statement_timeout'],
    ['postgres://user@host/db?ssl-mode=REQUIRED', 'no parameter ssl-mode'],
    ['postgres://user@host/db?SSLMODE=require', 'no parameter SSLMODE'],
    ['postgres://user@host/db?sslmode=disable&sslmode=require', 'sslmode once'],
    ['postgres://user@host/db?sslmode=require&ssl=0', 'one of sslmode and ssl'],
    ['postgres://user@host/db?sslmode=allow', 'as sslmode'],
    ['postgres://user@host/db?sslmode=', 'as sslmode'],
    ['postgres://user@host/db?ssl=false', 'as ssl'],
    ['postgres://user@host/db?sslmode=verify-ca&sslrootcert=/nowhere/ca', 'as sslrootcert'],
  ])('is refused, not half understood: %s', (url, why) => {
    expect(refusalOf(url)).toMatch(/^takes /);
    expect(refusalOf(url)).toContain(why);
  });
});

describe('a MySQL URL', () => {
  const LOCAL = { type: 'mysql', host: 'db.example.com', username: 'user', database: 'auth' };

  it.each([
    ['mysql://user@db.example.com/auth', { ...LOCAL, port: 3306, password: '' }],
    ['mariadb://user:a%40b%2Fc@db.example.com:33/auth', { ...LOCAL, port: 33, password: 'a@b/c' }],
    ['mysql://user@[::1]/auth', { ...LOCAL, host: '::1', port: 3306, password: '' }],
    [
      'mysql://user@/auth?socketPath=/run/mysqld.sock',
      { ...LOCAL, host: '', port: 3306, password: '', socketPath: '/run/mysqld.sock' },
    ],
  ])('is read: %s', (url, address) => {
    expect(databaseAddress(url)).toEqual(address);
  });

  it.each([
    ['ssl-mode=REQUIRED', { rejectUnauthorized: false, verifyIdentity: false }],
    ['sslmode=require', { rejectUnauthorized: false, verifyIdentity: false }],
    [
      `ssl-mode=verify_ca&ssl-ca=${ca}`,
      { rejectUnauthorized: true, verifyIdentity: false, ca: 'a certificate' },
    ],
    ['ssl-mode=VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
    ['sslmode=verify-full', { rejectUnauthorized: true, verifyIdentity: true }],
    ['ssl=true', { rejectUnauthorized: true, verifyIdentity: true }],
    ['ssl-mode=DISABLED', undefined],
  ])('asks for encryption with %s', (parameters, ssl) => {
    expect(databaseAddress(`mysql://user@db.example.com/auth?${parameters}`)).toEqual({
      ...LOCAL,
      port: 3306,
      password: '',
      ...(ssl && { ssl }),
    });
  });

  it.each([
    ['ssl-mode=PREFERRED', 'as ssl-mode'],
    ['ssl-mode=', 'as ssl-mode'],
    ['ssl={"rejectUnauthorized":true}', 'as ssl'],
    ['ssl-mode=REQUIRED&sslmode=disable', 'one of'],
    ['ssl-mode=REQUIRED&ssl-mode=DISABLED', 'ssl-mode once'],
    ['ssl-mode=VERIFY_CA&ssl-ca=/nowhere/ca', 'as ssl-ca'],
    [`ssl-ca=${ca}`, 'with an ssl-mode'],
    ['useSSL=true', 'no parameter useSSL'],
    ['tls=true', 'no parameter tls'],
    ['charset=latin1', 'no parameter charset'],
  ])('is refused, not half understood: %s', (parameters, why) => {
    const refusal = refusalOf(`mysql://user@db.example.com/auth?${parameters}`);
    expect(refusal).toMatch(/^takes /);
    expect(refusal).toContain(why);
  });

  it('is refused without a host, or with an address whose name would be checked', () => {
    expect(refusalOf('mysql://user@/auth')).toContain('a host');
    expect(refusalOf('mysql://user@127.0.0.1/auth?sslmode=verify-full')).toContain('by its name');
  });
});

describe('any URL', () => {
  it.each([
    'postgres://user:hunter2#x@host/db',
    'postgres://user:1#hunter2@host/db',
    'postgres://user:hunter2?x@host/db',
    'mysql://user:1?hunter2@host/db',
    'mysql://user:hunter2%@host/db',
    'postgres://user:hunter2@host/db?sslmode=hunter2',
    'mysql://user:hunter2@host/db?password2=hunter2',
    'hunter2',
  ])('is refused without a word of what it holds: %s', (url) => {
    expect(refusalOf(url)).toMatch(/^takes /);
    expect(refusalOf(url)).not.toContain('hunter2');
  });

  it('of SQLite takes no parameters: they would become part of the file name', () => {
    expect(refusalOf('sqlite:data/baton.sqlite?mode=ro')).toContain('no parameters');
  });
});
