import type { SqlDriver } from './driver'

/**
 * The schema, step by step. A step that was released is never edited; a change is a new step at the end.
 *
 * `seq INTEGER PRIMARY KEY` beside the random id makes inserts append (2 to 3 times faster than a random primary key).
 * `doc` is the document as EJSON; the columns beside it are what queries filter and sort by.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE users (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT, updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );
  CREATE TABLE emails (
    address TEXT PRIMARY KEY COLLATE NOCASE, uid TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE
  );
  CREATE INDEX emails_uid ON emails(uid);
  CREATE TABLE tokens (
    seq INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
    uid TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE, created_at INTEGER NOT NULL
  );
  CREATE INDEX tokens_uid ON tokens(uid, seq);
  CREATE TABLE rooms (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, t TEXT NOT NULL, name TEXT UNIQUE,
    updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );
  CREATE TABLE subscriptions (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    rid TEXT NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
    uid TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    updated_at INTEGER NOT NULL, doc TEXT NOT NULL, UNIQUE (rid, uid)
  );
  CREATE INDEX subscriptions_uid ON subscriptions(uid, updated_at);
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    rid TEXT NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
    uid TEXT NOT NULL, ts INTEGER NOT NULL, t TEXT, tmid TEXT,
    in_main INTEGER NOT NULL, hidden INTEGER NOT NULL, updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );
  CREATE INDEX messages_rid_ts ON messages(rid, ts);
  CREATE INDEX messages_rid_updated ON messages(rid, updated_at);
  CREATE INDEX messages_tmid ON messages(tmid, ts) WHERE tmid IS NOT NULL;
  CREATE TABLE trash (
    seq INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL,
    scope TEXT NOT NULL, deleted_at INTEGER NOT NULL
  );
  CREATE INDEX trash_scope ON trash(collection, scope, deleted_at);
  CREATE TABLE settings (id TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE permissions (id TEXT PRIMARY KEY, roles TEXT NOT NULL, updated_at INTEGER NOT NULL);
  `,
  // The join code is no part of the document, so it cannot leak with it.
  'ALTER TABLE rooms ADD COLUMN join_code TEXT;',
  `CREATE TABLE reports (
    seq INTEGER PRIMARY KEY, message TEXT NOT NULL, rid TEXT NOT NULL, uid TEXT NOT NULL,
    description TEXT NOT NULL, created_at INTEGER NOT NULL
  );`,
  `CREATE VIRTUAL TABLE message_words USING fts5(words, tokenize = 'unicode61');`,
  // Personal access tokens have a name; `checked_until` is how long a second factor of this session counts.
  `ALTER TABLE tokens ADD COLUMN name TEXT;
  ALTER TABLE tokens ADD COLUMN last_part TEXT;
  ALTER TABLE tokens ADD COLUMN bypass INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tokens ADD COLUMN checked_until INTEGER NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX tokens_name ON tokens(uid, name) WHERE name IS NOT NULL;
  CREATE TABLE two_factors (
    uid TEXT PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
    secret TEXT, pending TEXT, codes TEXT NOT NULL DEFAULT '[]',
    last_step INTEGER NOT NULL DEFAULT 0, email_changed_at INTEGER
  );
  CREATE TABLE push_tokens (
    id TEXT PRIMARY KEY, uid TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    kind TEXT NOT NULL, value TEXT NOT NULL UNIQUE, app_name TEXT NOT NULL, voip TEXT, auth_hash TEXT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  );
  CREATE INDEX push_tokens_uid ON push_tokens(uid);
  CREATE INDEX messages_uid ON messages(uid);`,
  // Files lie beside the data file, named by their id; pictures are small enough to lie in it.
  `CREATE TABLE uploads (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rid TEXT NOT NULL, uid TEXT NOT NULL, message TEXT,
    original TEXT, type_group TEXT NOT NULL, name TEXT NOT NULL, preview TEXT,
    uploaded_at INTEGER NOT NULL, expires_at INTEGER, doc TEXT NOT NULL
  );
  CREATE INDEX uploads_rid ON uploads(rid, uploaded_at);
  CREATE INDEX uploads_original ON uploads(original) WHERE original IS NOT NULL;
  CREATE INDEX uploads_expires ON uploads(expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE pictures (
    kind TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL, etag TEXT NOT NULL, data BLOB NOT NULL,
    updated_at INTEGER NOT NULL, PRIMARY KEY (kind, owner)
  );
  CREATE TABLE custom_emoji (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
    updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );`,
  // Teams and invites; the status of a subscription (invited, banned) as a column, so that members are found without
  // reading documents.
  `ALTER TABLE subscriptions ADD COLUMN status TEXT;
  UPDATE subscriptions SET status = json_extract(doc, '$.status');
  CREATE TABLE teams (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    room TEXT NOT NULL UNIQUE REFERENCES rooms(id) ON DELETE CASCADE,
    updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );
  CREATE INDEX rooms_team ON rooms(json_extract(doc, '$.teamId'))
    WHERE json_extract(doc, '$.teamId') IS NOT NULL;
  CREATE TABLE invites (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    rid TEXT NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
    uid TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    updated_at INTEGER NOT NULL, doc TEXT NOT NULL
  );
  CREATE INDEX invites_rid ON invites(rid, uid);
  CREATE INDEX messages_main_file ON messages(json_extract(doc, '$.file._id'))
    WHERE json_extract(doc, '$.file._id') IS NOT NULL;`,
]

/** The data file was written by a newer version of this server. */
export class SchemaTooNew extends Error {
  constructor(found: number) {
    super(`the data was written by a newer version (schema ${found}, known ${migrations.length})`)
  }
}

/**
 * Brings the schema up to date; every step commits on its own together with its number. Answers whether it was so already.
 * @throws SchemaTooNew when the file has more steps than are known here.
 */
export const migrate = (driver: SqlDriver): boolean => {
  const row = driver.get<{ user_version: number }>('PRAGMA user_version')
  const done = row?.user_version ?? 0
  if (done > migrations.length) throw new SchemaTooNew(done)
  migrations.slice(done).forEach((sql, index) => {
    driver.transaction(() => {
      driver.exec(sql)
      driver.exec(`PRAGMA user_version = ${done + index + 1}`)
    })
  })
  return done === migrations.length
}
