import { ImError } from '../imError'
import { toBusinessUser, type Outcome, type UserInput, type UserOperations } from './userOperations'
import type { UserStore } from './userStore'

const retrySeconds = 30

export type ReconcileInput = {
  /** All users as the business system has them; what it has told before when left out. */
  users?: UserInput[]
  /** Whether users who are not among `users` are switched off. */
  deactivateOthers?: boolean
}

/** What a run did; `failed` names the users whose account could not be brought to its state, and why. */
export type ReconcileReport = Record<Outcome, number> & {
  checked: number
  failed: { userId: string; message: string }[]
}

/**
 * Brings the chat accounts to what the business system says: one user after the other, so that the chat server is not
 * flooded. Users whom the business system has never named are left alone.
 *
 * @throws {ImError} `chat-unavailable` as soon as the chat server does not answer: the run is to be repeated;
 * `too-many-attempts` while another run is under way; `bad-request` when everybody would be switched off.
 */
export type Reconcile = (input: ReconcileInput) => Promise<ReconcileReport>

export function createReconcile(operations: UserOperations, users: UserStore): Reconcile {
  let isRunning = false
  return async (input) => {
    if (isRunning) {
      throw new ImError('too-many-attempts', 'Another run is under way.', retrySeconds)
    }
    isRunning = true
    try {
      return await run(operations, users, input)
    } finally {
      isRunning = false
    }
  }
}

async function run(
  operations: UserOperations,
  store: UserStore,
  { users = [], deactivateOthers = false }: ReconcileInput,
): Promise<ReconcileReport> {
  if (deactivateOthers && users.length === 0) {
    throw new ImError('bad-request', 'Switching everybody off needs a list of users that stay.')
  }
  const named = new Set(users.map(({ userId }) => userId))
  for (const user of users) {
    await store.saveUser(toBusinessUser(user, await store.user(user.userId)))
  }
  if (deactivateOthers) await switchOthersOff(store, named)
  const report = emptyReport()
  for (const { userId } of await store.users()) {
    report.checked += 1
    try {
      report[await operations.reconcile(userId)] += 1
    } catch (error) {
      if (!(error instanceof ImError) || error.status === 503) throw error
      report.failed.push({ userId, message: error.message })
    }
  }
  return report
}

async function switchOthersOff(store: UserStore, named: ReadonlySet<string>): Promise<void> {
  for (const user of await store.users()) {
    if (named.has(user.userId) || user.state !== 'active') continue
    await store.saveUser({ ...user, state: 'inactive' })
  }
}

function emptyReport(): ReconcileReport {
  const none = { unchanged: 0, created: 0, updated: 0, deactivated: 0, reactivated: 0, deleted: 0 }
  return { checked: 0, ...none, failed: [] }
}
