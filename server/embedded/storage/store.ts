import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock'
import { openDisk, type Disk } from '../files/disk'
import { createCustomEmoji, type CustomEmoji } from './customEmoji'
import { openDatabase, type SqlDriver } from './driver'
import { createInvites, type Invites } from './invites'
import { createMessageLists, type MessageLists } from './messageLists'
import { createMessages, type Messages } from './messages'
import { migrate } from './migrations'
import { createPictures, type Pictures } from './pictures'
import { createRooms, type Rooms } from './rooms'
import { createStamps, type Stamps } from './stamps'
import { createSubscriptions, type Subscriptions } from './subscriptions'
import { createTeams, type Teams } from './teams'
import { createTokens, type Tokens } from './tokens'
import { createTrash, type Trash } from './trash'
import { createPushTokens, type PushTokens } from './pushTokens'
import { createTwoFactors, type TwoFactors } from './twoFactors'
import { createUserContent, type UserContent } from './userContent'
import { createUploads, type Uploads } from './uploads'
import { createUsers, type Users } from './users'

/** Everything that is kept on disk. */
export type Store = {
  /** The folder of all of it. */
  dataDir: string
  users: Users
  tokens: Tokens
  rooms: Rooms
  subscriptions: Subscriptions
  teams: Teams
  invites: Invites
  messages: Messages
  messageLists: MessageLists
  uploads: Uploads
  pictures: Pictures
  customEmoji: CustomEmoji
  /** The bytes of uploaded files, beside the data file. */
  disk: Disk
  trash: Trash
  userContent: UserContent
  twoFactors: TwoFactors
  pushTokens: PushTokens
  stamps: Stamps
  driver: SqlDriver
  /** Runs `work` in one transaction; see `Transactions.transaction`. */
  write<Result>(work: () => Result): Result
  /** Runs `work` in one transaction with other work of this moment; see `Transactions.soon`. */
  writeSoon<Result>(work: () => Result): Promise<Result>
  close(): void
}

/** A new data file is for its owner alone; SQLite gives its side files the same mode. */
const createPrivate = (file: string): string => {
  closeSync(openSync(file, 'a', 0o600))
  return file
}

/** Opens or creates the data file `rocketchat.db` in `dataDir` and brings its schema up to date. */
export const openStore = (dataDir: string, clock: Clock): Store => {
  mkdirSync(dataDir, { recursive: true })
  const driver = openDatabase(createPrivate(join(dataDir, 'rocketchat.db')))
  try {
    const indexed = migrate(driver)
    const messages = createMessages(driver)
    const subscriptions = createSubscriptions(driver)
    if (!indexed) driver.transaction(() => messages.indexMissing())
    return {
      dataDir,
      users: createUsers(driver, subscriptions.forget),
      tokens: createTokens(driver),
      rooms: createRooms(driver, subscriptions.forget),
      subscriptions,
      teams: createTeams(driver),
      invites: createInvites(driver),
      messages,
      messageLists: createMessageLists(driver),
      uploads: createUploads(driver),
      pictures: createPictures(driver),
      customEmoji: createCustomEmoji(driver),
      disk: openDisk(dataDir),
      trash: createTrash(driver),
      userContent: createUserContent(driver),
      twoFactors: createTwoFactors(driver),
      pushTokens: createPushTokens(driver),
      stamps: createStamps(driver, clock),
      driver,
      write: (work) => driver.transaction(work),
      writeSoon: (work) => driver.soon(work),
      close: () => driver.close(),
    }
  } catch (error) {
    driver.close()
    throw error
  }
}
