import Database from 'libsql'

/** The chat account of a business user on one chat server. */
export type ChatAccount = {
  chatUserId: string
  username: string
  /** Sealed random password of an account that this gateway created; null for one that existed before. */
  secretBox: string | null
}

/** A chat token that was handed to one sign-in of one business user. */
export type IssuedPair = {
  tokenHash: string
  /** The token itself, sealed: it is needed again to revoke it. */
  tokenBox: string
  chatUserId: string
  businessUserId: string
  sessionId: string
  /** Epoch milliseconds. */
  issuedAt: number
  /** Epoch milliseconds. */
  expiresAt: number
}

/** What has to survive a restart. All methods are synchronous single statements. */
export type GatewayStore = {
  account(businessUserId: string): ChatAccount | undefined
  saveAccount(businessUserId: string, account: ChatAccount): void
  removeAccount(businessUserId: string): void
  pairByHash(tokenHash: string): IssuedPair | undefined
  pairOfSession(businessUserId: string, sessionId: string): IssuedPair | undefined
  /** Newest first. */
  pairsOfUser(businessUserId: string): IssuedPair[]
  savePair(pair: IssuedPair): void
  removePair(tokenHash: string): void
  revokeSession(sessionId: string, expiresAt: number): void
  isSessionRevoked(sessionId: string): boolean
  /** Drops what has expired before `now` (epoch milliseconds). */
  removeExpired(now: number): void
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS accounts (
    chatServer TEXT NOT NULL, businessUserId TEXT NOT NULL, chatUserId TEXT NOT NULL, username TEXT NOT NULL,
    secretBox TEXT, PRIMARY KEY (chatServer, businessUserId), UNIQUE (chatServer, chatUserId)
  );
  CREATE TABLE IF NOT EXISTS pairs (
    tokenHash TEXT PRIMARY KEY, tokenBox TEXT NOT NULL, chatServer TEXT NOT NULL, chatUserId TEXT NOT NULL,
    businessUserId TEXT NOT NULL, sessionId TEXT NOT NULL, issuedAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS pairsOfUser ON pairs (chatServer, businessUserId, sessionId);
  CREATE TABLE IF NOT EXISTS revokedSessions (sessionId TEXT PRIMARY KEY, expiresAt INTEGER NOT NULL);
`

const pairColumns =
  'tokenHash, tokenBox, chatUserId, businessUserId, sessionId, issuedAt, expiresAt'

/**
 * @param file the database, created when missing.
 * @param chatServer the chat server that accounts and tokens belong to: pointing the gateway at another one must not
 * reuse them.
 */
export function openGatewayStore(file: string, chatServer: string): GatewayStore {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;')
  db.exec(schema)
  return {
    ...accountMethods(db, chatServer),
    ...pairMethods(db, chatServer),
    ...sessionMethods(db),
    removeExpired(now) {
      db.prepare('DELETE FROM pairs WHERE expiresAt < ?').run(now)
      db.prepare('DELETE FROM revokedSessions WHERE expiresAt < ?').run(now)
    },
    close() {
      db.close()
    },
  }
}

function accountMethods(db: Database.Database, chatServer: string) {
  const select = db.prepare(
    'SELECT chatUserId, username, secretBox FROM accounts WHERE chatServer = ? AND businessUserId = ?',
  )
  const insert = db.prepare('INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM accounts WHERE chatServer = ? AND businessUserId = ?')
  return {
    account: (businessUserId: string) =>
      select.get(chatServer, businessUserId) as ChatAccount | undefined,
    saveAccount(businessUserId: string, account: ChatAccount) {
      insert.run(
        chatServer,
        businessUserId,
        account.chatUserId,
        account.username,
        account.secretBox,
      )
    },
    removeAccount(businessUserId: string) {
      remove.run(chatServer, businessUserId)
    },
  }
}

function pairMethods(db: Database.Database, chatServer: string) {
  const byHash = db.prepare(
    `SELECT ${pairColumns} FROM pairs WHERE tokenHash = ? AND chatServer = ?`,
  )
  const ofSession = db.prepare(
    `SELECT ${pairColumns} FROM pairs WHERE chatServer = ? AND businessUserId = ? AND sessionId = ?
     ORDER BY issuedAt DESC, rowid DESC LIMIT 1`,
  )
  const ofUser = db.prepare(
    `SELECT ${pairColumns} FROM pairs WHERE chatServer = ? AND businessUserId = ? ORDER BY issuedAt DESC, rowid DESC`,
  )
  const insert = db.prepare(
    `INSERT OR REPLACE INTO pairs (chatServer, ${pairColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.prepare('DELETE FROM pairs WHERE tokenHash = ?')
  return {
    pairByHash: (tokenHash: string) => byHash.get(tokenHash, chatServer) as IssuedPair | undefined,
    pairOfSession: (businessUserId: string, sessionId: string) =>
      ofSession.get(chatServer, businessUserId, sessionId) as IssuedPair | undefined,
    pairsOfUser: (businessUserId: string) => ofUser.all(chatServer, businessUserId) as IssuedPair[],
    savePair(pair: IssuedPair) {
      const { tokenHash, tokenBox, chatUserId, businessUserId, sessionId } = pair
      const times = [pair.issuedAt, pair.expiresAt]
      insert.run(chatServer, tokenHash, tokenBox, chatUserId, businessUserId, sessionId, ...times)
    },
    removePair(tokenHash: string) {
      remove.run(tokenHash)
    },
  }
}

function sessionMethods(db: Database.Database) {
  const insert = db.prepare('INSERT OR REPLACE INTO revokedSessions VALUES (?, ?)')
  const select = db.prepare('SELECT 1 FROM revokedSessions WHERE sessionId = ?')
  return {
    revokeSession(sessionId: string, expiresAt: number) {
      insert.run(sessionId, expiresAt)
    },
    isSessionRevoked: (sessionId: string) => select.get(sessionId) !== undefined,
  }
}
