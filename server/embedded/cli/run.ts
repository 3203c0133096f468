import { StartError } from '../../errors'
import { createUserCommand, setPasswordCommand } from './accounts'
import { backupCommand, restoreCommand, vacuumCommand } from './backup'
import { parseCommand, type Command } from './command'
import { dataDirOf, readEnvironment } from './environment'
import { generateCommand } from './generate'
import { serve } from './serve'
import { UsageError } from './usageError'

/** Every command; a new one adds itself here. */
const commands: readonly Command[] = [
  createUserCommand,
  setPasswordCommand,
  backupCommand,
  restoreCommand,
  generateCommand,
  vacuumCommand,
]

const serveCommand = {
  name: '',
  usage: '[--settings FILE]',
  options: { settings: { type: 'string' } },
  positionals: 0,
} as const

const help = (): string =>
  [
    'npm run embedded                  starts the embedded Rocket.Chat alone',
    'npm run embedded -- --settings FILE   with settings of a JSON file',
    'npm run embedded -- <command>     works on its data',
    '',
    ...commands.flatMap(({ name, usage, summary }) => [
      `  ${name} ${usage}`.trimEnd(),
      `      ${summary}`,
    ]),
    '',
    'Environment: DATA_DIR (folder of rocketchat.db; .data/rocketchat when not set, npm start uses .data/embedded),',
    '  PORT (3000), HOST (0.0.0.0), ADMIN_USERNAME, ADMIN_PASS and ADMIN_EMAIL (first start only),',
    '  SETTINGS_FILE (like --settings), OVERWRITE_SETTING_<id> (wins over the file), CREATE_TOKENS_FOR_USERS_SECRET, HTTP_FORWARDED_COUNT,',
    '  LOG_LEVEL.',
    'Calls are limited as on Rocket.Chat; OVERWRITE_SETTING_API_Enable_Rate_Limiter=false switches that off.',
    'Link previews ask public addresses; OVERWRITE_SETTING_API_Embed=false switches that off.',
  ].join('\n')

export type Streams = {
  print: (line: string) => void
  printError: (line: string) => void
  readInput: () => Promise<string>
}

type Variables = Readonly<Record<string, string | undefined>>

const dispatch = async (
  args: readonly string[],
  env: Variables,
  root: string,
  streams: Streams,
): Promise<void> => {
  const [name, ...rest] = args
  if (name === undefined || name.startsWith('--settings')) {
    const given = parseCommand(serveCommand, args).values.get('settings')
    const variables = given === undefined ? env : { ...env, SETTINGS_FILE: given }
    await serve(readEnvironment(variables, root), env)
    return
  }
  if (
    name === '--help' ||
    name === '-h' ||
    name === 'help' ||
    rest.includes('--help') ||
    rest.includes('-h')
  ) {
    streams.print(help())
    return
  }
  const command = commands.find((one) => one.name === name)
  if (command === undefined) throw new UsageError(`There is no command "${name}"; see --help.`)
  const { print, readInput } = streams
  const dataDir = dataDirOf(env, root)
  await command.run({ ...parseCommand(command, rest), dataDir, print, readInput })
}

/**
 * Runs the server or a command.
 * @param root what a relative `DATA_DIR` starts from.
 * @returns the exit code: 0, 2 for bad input, 1 when something else went wrong; each failure prints one sentence.
 */
export const runCli = async (
  args: readonly string[],
  env: Variables,
  root: string,
  streams: Streams,
): Promise<number> => {
  try {
    await dispatch(args, env, root, streams)
    return 0
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const known = error instanceof UsageError || error instanceof StartError
    streams.printError(known ? text : `This cannot go on: ${text}`)
    return error instanceof UsageError ? 2 : 1
  }
}
