import { describeRotation } from '../../browser/rotationFlow'
import { useWorldWithPhone } from './client'

jest.setTimeout(60_000)

const world = useWorldWithPhone()

describeRotation({
  program: () => world.program,
  bob: () => world.bob,
  list: () => world.program.id('messages'),
  turn: (size) => world.program.resize(size),
})
