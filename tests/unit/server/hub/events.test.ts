import { createEventReader, relayedEvent } from '../../../../server/gateway/relay/events'

const event = (text: string) =>
  JSON.stringify({
    msg: 'changed',
    collection: 'stream-room-messages',
    id: 'id',
    fields: { eventName: 'room', args: [{ _id: 'm1', rid: 'room', msg: text }] },
  })

describe('the reader of events', () => {
  it('reads an event and writes what hub clients get of it', () => {
    const read = createEventReader().read(event('你好'))
    expect(read?.frame).toEqual({
      collection: 'stream-room-messages',
      eventName: 'room',
      args: [{ _id: 'm1', rid: 'room', msg: '你好' }],
    })
    expect(JSON.parse(read?.record().replace('\u001e', '') ?? '')).toEqual({
      type: 1,
      target: 'getRoomMessageNotification',
      arguments: [{ _id: 'm1', rid: 'room', msg: '你好' }],
    })
  })

  it('reads the same text once, and another one that differs in a letter anew', () => {
    const reader = createEventReader()
    const first = reader.read(event('one'))
    expect(reader.read(event('one'))).toBe(first)
    const other = reader.read(event('onf'))
    expect(other).not.toBe(first)
    expect(other?.record()).toContain('onf')
    expect(first?.record()).toContain('one')
  })

  it('keeps a few texts only, and no long ones', () => {
    const reader = createEventReader()
    const first = reader.read(event('one'))
    for (const text of ['two', 'three', 'four', 'five']) reader.read(event(text))
    expect(reader.read(event('one'))).not.toBe(first)
    const long = event('x'.repeat(70_000))
    expect(reader.read(long)).not.toBe(reader.read(long))
  })

  it.each([
    ['another kind of frame', '{"msg":"ping"}'],
    ['no JSON', '{"msg":"changed",'],
    ['no object', '[]'],
    ['no fields', '{"msg":"changed","collection":"stream-room-messages"}'],
    ['no event name', '{"msg":"changed","collection":"users","id":"a","fields":{"args":[]}}'],
    [
      'arguments that are no list',
      '{"msg":"changed","collection":"stream-x","fields":{"eventName":"a","args":{"0":1}}}',
    ],
  ])('leaves %s to the DDP client', (_name, text) => {
    expect(createEventReader().read(text)).toBeUndefined()
  })

  it('writes nothing until somebody wants it', () => {
    const circular: unknown[] = []
    circular.push(circular)
    const unwritable = relayedEvent({ collection: 'stream-x', eventName: 'a', args: circular })
    expect(unwritable.frame.eventName).toBe('a')
    expect(() => unwritable.record()).toThrow(TypeError)
  })
})
