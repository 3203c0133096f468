import { createPlaces } from '../../../../src/stores/places'
import { createFakeStorage } from '../support/fakePlatform'

const key = 'places:alice'

function setUp(saved?: unknown) {
  const storage = createFakeStorage(saved === undefined ? {} : { [key]: saved })
  const places = createPlaces(storage)
  places.start('alice')
  return { storage, places }
}

test('a place survives a restart, and the newest message leaves none', () => {
  const { storage, places } = setUp()
  places.set('a', { id: 'm1', offset: -12.5 })
  places.set('b', { id: 'm2', offset: 3 })
  places.set('b', undefined)
  places.save()
  const again = createPlaces(storage)
  again.start('alice')
  expect([again.get('a'), again.get('b')]).toEqual([{ id: 'm1', offset: -12.5 }, undefined])
})

test('the rooms that were left longest ago are forgotten first', () => {
  const { places } = setUp()
  for (let i = 0; i < 100; i++) places.set(`r${i}`, { id: 'm', offset: 0 })
  places.set('r0', { id: 'other', offset: 0 })
  places.set('new', { id: 'm', offset: 0 })
  expect([places.get('r0')?.id, places.get('r1'), places.get('new')?.id]).toEqual([
    'other',
    undefined,
    'm',
  ])
})

test.each([
  ['a word', 'broken'],
  ['nothing', null],
  ['a number', 7],
])('%s on the disk is no place', (_, saved) => {
  const { places } = setUp(saved)
  expect(places.get('a')).toBeUndefined()
})

test('of a file that is broken in part the good places are taken', () => {
  const good = { id: 'm', offset: 1 }
  const { places } = setUp({
    ...{ good, word: 'x', none: null, half: { id: 'm' } },
    number: { id: 1, offset: 1 },
    endless: { id: 'm', offset: Infinity },
  })
  expect(places.get('good')).toEqual(good)
  for (const id of ['word', 'none', 'half', 'number', 'endless']) {
    expect(places.get(id)).toBeUndefined()
  }
})

test('a full disk is no error, and places stay as long as the client runs', () => {
  const { storage, places } = setUp()
  storage.isFull = true
  places.set('a', { id: 'm', offset: 0 })
  expect(() => places.save()).not.toThrow()
  expect(places.get('a')).toEqual({ id: 'm', offset: 0 })
})

test('nothing is written when nothing has changed', () => {
  const { storage, places } = setUp({ a: { id: 'm', offset: 0 } })
  const set = jest.spyOn(storage, 'set')
  places.set('a', { id: 'm', offset: 0 })
  places.save()
  expect(set).not.toHaveBeenCalled()
})

test('signing out erases what is kept, and another person has other places', () => {
  const { storage, places } = setUp()
  places.set('a', { id: 'm', offset: 0 })
  places.stop(false)
  expect(storage.values.has(key)).toBe(true)
  places.start('bob')
  expect(places.get('a')).toBeUndefined()
  places.stop(true)
  places.start('alice')
  places.stop(true)
  expect(storage.values.has(key)).toBe(false)
})
