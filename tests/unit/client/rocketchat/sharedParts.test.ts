import { decodeMessage } from '../../../../src/rocketchat/decodeMessage'
import { wireMessage } from './wireSamples'

const by = (id: string, name: string, more: Record<string, unknown> = {}) =>
  decodeMessage(wireMessage({ u: { _id: id, username: id, name }, ...more }))

describe('the author of messages', () => {
  it('is one object for all messages of the same words', () => {
    expect(by('ann', 'Ann')?.author).toBe(by('ann', 'Ann')?.author)
  })

  it('is another one after a change of the name, and older messages keep theirs', () => {
    const before = by('ann', 'Ann')
    expect(by('ann', 'Ann Miller')?.author.name).toBe('Ann Miller')
    expect(before?.author.name).toBe('Ann')
  })

  it('is never that of somebody else with the same name, or of an integration with an alias', () => {
    expect(by('bob', 'Ann')?.author.id).toBe('bob')
    expect(by('ann', 'Ann', { alias: 'Deployments' })?.author.name).toBe('Deployments')
    expect(by('ann', 'Ann')?.author.name).toBe('Ann')
  })

  it('is right for more people than are remembered', () => {
    const names = Array.from({ length: 2500 }, (_, number) => `person${number}`)
    for (const name of [...names, ...names]) {
      expect(by(name, name)?.author).toEqual({ id: name, username: name, name })
    }
  })
})

it('a message has the id of its own room, whichever was read before', () => {
  const rooms = ['one', 'one', 'two', 'one', 'two', 'two']
  expect(rooms.map((rid) => by('ann', 'Ann', { rid })?.roomId)).toEqual(rooms)
})
