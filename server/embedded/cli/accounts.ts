import { digestOf, hashPassword } from '../auth/passwords'
import { createUser } from '../domain/createUser'
import { MeteorError } from '../errors'
import { randomId } from '../ids'
import type { Command, Given } from './command'
import { requireDataFile, withWorkspace } from './openWorkspace'
import { UsageError } from './usageError'

const leastPassword = 8
const mostPassword = 256

/** A password on the command line would stand in the shell's history, so `-` reads it from standard input. */
const passwordOf = async (given: Given): Promise<{ password: string; generated: boolean }> => {
  const written = given.values.get('password')
  if (written === undefined) return { password: randomId(24), generated: true }
  const password = written === '-' ? (await given.readInput()).replace(/\r?\n$/, '') : written
  if (password.length >= leastPassword && password.length <= mostPassword) {
    return { password, generated: false }
  }
  throw new UsageError(
    `The password has to have ${leastPassword} to ${mostPassword} characters; without --password one is generated.`,
  )
}

const printPassword = (given: Given, password: string): void =>
  given.print(`Password: ${password} (shown this once; only its hash is kept)`)

const rolesOf = (given: Given): string[] =>
  (given.values.get('roles') ?? 'user').split(',').map((role) => role.trim())

const known = new Set(['admin', 'user', 'bot', 'guest', 'app'])

/** Rocket.Chat's text of a refusal as a sentence; some end with a face. */
const sentenceOf = (error: MeteorError): string =>
  `${(error.reason ?? error.message).replace(/ :\($/, '')}.`

const runCreate = async (given: Given): Promise<void> => {
  const [username = ''] = given.positionals
  const roles = rolesOf(given)
  const unknown = roles.find((role) => !known.has(role))
  if (unknown !== undefined) {
    throw new UsageError(`There is no role "${unknown}"; take ${[...known].join(', ')}.`)
  }
  const { password, generated } = await passwordOf(given)
  const name = given.values.get('name') ?? username
  const email = given.values.get('email') ?? `${username}@rocketchat.invalid`
  await withWorkspace(given.dataDir, async (app) => {
    try {
      const user = await createUser(app, { username, name, email, password, roles, verified: true })
      given.print(`Created ${user.username} (${user._id}).`)
    } catch (error) {
      if (error instanceof MeteorError) throw new UsageError(sentenceOf(error))
      throw error
    }
  })
  if (generated) printPassword(given, password)
}

export const createUserCommand: Command = {
  name: 'create-user',
  usage: '<username> [--email <address>] [--name <name>] [--password <text> | -] [--roles <a,b>]',
  summary: 'Creates an account; without --password one is generated and printed.',
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    password: { type: 'string' },
    roles: { type: 'string' },
  },
  positionals: 1,
  run: runCreate,
}

const runSetPassword = async (given: Given): Promise<void> => {
  const [username = ''] = given.positionals
  requireDataFile(given.dataDir)
  const { password, generated } = await passwordOf(given)
  await withWorkspace(given.dataDir, async (app) => {
    const user = app.store.users.byUsername(username)
    if (user === undefined) throw new UsageError(`There is no account "${username}".`)
    const hash = await hashPassword(digestOf(password))
    app.store.write(() => {
      app.store.users.setPasswordHash(user._id, hash)
      app.store.tokens.removeOthers(user._id, '')
    })
    given.print(`${user.username} has a new password and is signed out everywhere.`)
  })
  if (generated) printPassword(given, password)
}

export const setPasswordCommand: Command = {
  name: 'set-password',
  usage: '<username> [--password <text> | -]',
  summary: 'Gives an account a new password and ends its sessions.',
  options: { password: { type: 'string' } },
  positionals: 1,
  run: runSetPassword,
}
