import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

/**
 * How each kind of database is spoken to by `measure:scale` and `measure:storm`, which make their rows by SQL: over a
 * connection of its own, for those of the module give no statement more than 5 s.
 */
const KINDS = {
  postgres: {
    url: (name) => `postgres://postgres@127.0.0.1:5432/${name}`,
    series: (from, to) => `generate_series(${from}, ${to}) AS series(i)`,
    id: `'0192f0c1-0000-7000-8000-' || lpad(CAST(i AS text), 12, '0')`,
    text: (prefix, number) => `'${prefix}' || (${number})`,
    settle: 'VACUUM ANALYZE refresh_tokens',
    async tell(sql, database = 'postgres') {
      const client = new Client({ host: '127.0.0.1', user: 'postgres', database });
      await client.connect();
      return client.query(sql).finally(() => client.end());
    },
  },
  mariadb: {
    url: (name) => `mysql://root@127.0.0.1:3306/${name}`,
    series: (from, to) => `(SELECT seq AS i FROM seq_${from}_to_${to}) AS series`,
    id: `CONCAT('0192f0c1-0000-7000-8000-', LPAD(i, 12, '0'))`,
    text: (prefix, number) => `CONCAT('${prefix}', ${number})`,
    settle: 'ANALYZE TABLE refresh_tokens',
    async tell(sql, database) {
      const connection = await createConnection({ host: '127.0.0.1', user: 'root', database });
      return connection.query(sql).finally(() => connection.end());
    },
  },
};

/** @throws TypeError where there is no such kind */
export function kindNamed(name) {
  if (!Object.hasOwn(KINDS, name)) throw new TypeError('--database takes postgres or mariadb');
  return KINDS[name];
}
