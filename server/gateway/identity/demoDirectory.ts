import { createHash, timingSafeEqual } from 'node:crypto'
import type { DemoPerson } from '../../demo/people'
import type { DirectoryUser, UserDirectory } from './identityProvider'

/** The directory of the demo: a fixed list of people whose passwords are printed at start. */
export function createDemoDirectory(people: readonly DemoPerson[]): UserDirectory {
  const toUser = ({ userId, username, name, email }: DemoPerson): DirectoryUser => {
    return { userId, username, name, email }
  }
  return {
    authenticate(userNameOrEmail, password) {
      const wanted = userNameOrEmail.trim().toLowerCase()
      const person = people.find(({ username, email }) => username === wanted || email === wanted)
      // Unknown names take as long as known ones, so that the time does not tell which names exist.
      const isRight = isSameText(password, person?.password ?? '')
      return person !== undefined && isRight ? toUser(person) : undefined
    },
    find(userId) {
      const person = people.find((candidate) => String(candidate.userId) === userId)
      return person && toUser(person)
    },
  }
}

function isSameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
