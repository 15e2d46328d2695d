import Database from 'better-sqlite3';

const database = new Database(process.env.DATABASE_URL.slice('sqlite:'.length));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
database.exec(`
  CREATE TABLE IF NOT EXISTS oidc (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT,
    expires_at INTEGER, consumed_at INTEGER, PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id);
`);

const upsert = database.prepare(`
  INSERT INTO oidc (model, id, payload, grant_id, expires_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at
`);
const byId = database.prepare('SELECT * FROM oidc WHERE model = ? AND id = ?');
const consume = database.prepare('UPDATE oidc SET consumed_at = ? WHERE model = ? AND id = ?');
const destroy = database.prepare('DELETE FROM oidc WHERE model = ? AND id = ?');
const revoke = database.prepare('DELETE FROM oidc WHERE model = ? AND grant_id = ?');

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Its example's adapter in prepared statements of better-sqlite3, without what only a browser's visit needs. */
export class SqlAdapter {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    const expiresAt = expiresIn === undefined ? null : nowSeconds() + expiresIn;
    upsert.run(this.model, id, JSON.stringify(payload), payload.grantId ?? null, expiresAt);
  }

  async find(id) {
    const row = byId.get(this.model, id);
    if (row === undefined || (row.expires_at ?? Infinity) <= nowSeconds()) return undefined;
    return { ...JSON.parse(row.payload), ...(row.consumed_at && { consumed: row.consumed_at }) };
  }

  async consume(id) {
    consume.run(nowSeconds(), this.model, id);
  }

  async destroy(id) {
    destroy.run(this.model, id);
  }

  async revokeByGrantId(grantId) {
    revoke.run(this.model, grantId);
  }
}
