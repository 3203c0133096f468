import {
  describeSystemMessage,
  isSystemLine,
  systemTypes,
} from '../../../../src/rocketchat/systemMessages'

function describeType(system: string, text: string, role = '') {
  return describeSystemMessage({
    system,
    text,
    role,
    author: { id: 'u1', username: 'ann', name: 'Ann' },
  })
}

test.each([
  ['uj', 'ann', 'system.uj'],
  ['au', 'bob', 'system.au'],
  ['r', 'new-name', 'system.r'],
  ['room_changed_topic', 'plans', 'system.room_changed_topic'],
  ['room_changed_topic', '', 'system.room_changed_topic.none'],
  ['room_changed_announcement', '', 'system.room_changed_announcement.none'],
  ['room_changed_privacy', 'c', 'system.room_changed_privacy.public'],
  ['room_changed_privacy', 'private_group', 'system.room_changed_privacy.private'],
  ['room_changed_privacy', 'odd', 'system.room_changed_privacy'],
  ['rm', '', 'system.rm'],
])('%s with %j is the sentence %s', (type, text, key) => {
  expect(describeType(type, text)).toEqual({ key, params: { name: 'Ann', param: text, role: '' } })
})

test('a role is handed over, a cipher is not', () => {
  expect(describeType('subscription-role-added', 'bob', 'owner')).toEqual({
    key: 'system.subscription-role-added',
    params: { name: 'Ann', param: 'bob', role: 'owner' },
  })
  expect(describeType('e2e', 'cipher')).toMatchObject({ key: 'system.e2e', params: { param: '' } })
})

test.each([['livechat-close'], ['__proto__'], ['constructor'], ['mute_unmute']])(
  'the unknown type %s shows its text, and nothing without one',
  (type) => {
    expect(describeType(type, 'what happened')).toEqual({ text: 'what happened' })
    expect(describeType(type, '')).toBeUndefined()
  },
)

test('every known type has a sentence', () => {
  for (const type of systemTypes) expect(describeType(type, 'x')).toHaveProperty('key')
  expect(new Set(systemTypes).size).toBe(systemTypes.length)
})

test('ordinary messages and those with a rendering of their own are no system lines', () => {
  expect(['', 'e2e', 'videoconf', 'discussion-created', 'rm'].filter(isSystemLine)).toEqual([])
  expect(['uj', 'room_changed_topic', 'unknown'].map(isSystemLine)).toEqual([true, true, true])
})
