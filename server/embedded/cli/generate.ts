import { generate } from '../demo/generate'
import { wholeOption, type Command, type Given } from './command'
import { withWorkspace } from './openWorkspace'
import { UsageError } from './usageError'

const run = async (given: Given): Promise<void> => {
  const sizes = {
    users: wholeOption(given, 'users', 50, { least: 2, most: 100_000 }),
    rooms: wholeOption(given, 'rooms', 20, { least: 1, most: 100_000 }),
    messages: wholeOption(given, 'messages', 10_000, { least: 0, most: 50_000_000 }),
    seed: wholeOption(given, 'seed', 1, { least: 0, most: 4_294_967_295 }),
  }
  await withWorkspace(given.dataDir, (app) => {
    const started = performance.now()
    try {
      generate(app, sizes, (rooms) => {
        if (rooms % 1000 === 0) given.print(`${rooms} rooms of ${sizes.rooms}…`)
      })
    } catch (error) {
      if (error instanceof RangeError) {
        throw new UsageError(`Seed ${sizes.seed} was generated here before; choose another one.`)
      }
      throw error
    }
    const seconds = (performance.now() - started) / 1000
    given.print(
      `Generated ${sizes.users} users, ${sizes.rooms} rooms and ${sizes.messages} messages in ${seconds.toFixed(1)} s.`,
    )
  })
}

export const generateCommand: Command = {
  name: 'generate',
  usage: '[--users <n>] [--rooms <n>] [--messages <n>] [--seed <n>]',
  summary:
    'Adds people, rooms and messages for trying and measuring; the same seed gives the same.',
  options: {
    users: { type: 'string' },
    rooms: { type: 'string' },
    messages: { type: 'string' },
    seed: { type: 'string' },
  },
  positionals: 0,
  run,
}
