import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './usageError'

type Options = NonNullable<ParseArgsConfig['options']>

/** What a command was called with. */
export type Given = {
  /** Values by the options' names; flags are `'true'`. */
  values: ReadonlyMap<string, string>
  positionals: readonly string[]
  dataDir: string
  /** Prints one line. */
  print: (line: string) => void
  /** The text that comes in on standard input, for passwords. */
  readInput: () => Promise<string>
}

/** One command of the command line. */
export type Command = {
  name: string
  /** What follows the name, as --help shows it. */
  usage: string
  summary: string
  options: Options
  /** How many arguments without a name it takes. */
  positionals: number
  run: (given: Given) => Promise<void> | void
}

/** The first sentence of what `parseArgs` complains about; the rest is advice for other programs. */
const messageOf = (error: unknown): string => {
  const { message } = error as { message?: unknown }
  return typeof message === 'string' ? (message.split(/[.\n]/)[0] ?? '') : String(error)
}

/** What decides how arguments are read. */
export type Arguments = Pick<Command, 'name' | 'usage' | 'options' | 'positionals'>

/** @throws UsageError for an unknown option, a missing value or too many arguments. */
export const parseCommand = (
  command: Arguments,
  args: readonly string[],
): Pick<Given, 'values' | 'positionals'> => {
  const parsed = parse(command, args)
  if (parsed.positionals.length !== command.positionals) {
    throw new UsageError(`Write it like this: ${command.name} ${command.usage}`.trim() + '.')
  }
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(parsed.values)) values.set(name, String(value))
  return { values, positionals: parsed.positionals }
}

const parse = (command: Arguments, args: readonly string[]) => {
  try {
    const { options } = command
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${messageOf(error)}; see --help.`)
  }
}

/**
 * A whole number of an option.
 * @throws UsageError when it is none or not between `least` and `most`.
 */
export const wholeOption = (
  given: Given,
  name: string,
  fallback: number,
  { least, most }: { least: number; most: number },
): number => {
  const text = given.values.get(name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (/^\d{1,12}$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(
    `--${name} has to be a whole number from ${least} to ${most}, not "${text}".`,
  )
}
