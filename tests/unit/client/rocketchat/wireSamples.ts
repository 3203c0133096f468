/** Wire documents as a server sends them (protocol reference 4.1, 4.3, 4.4), with every field that this client reads. */

export const AT = '2026-05-18T11:00:00.123Z'
export const AT_MS = 1_779_102_000_123

type Fields = Record<string, unknown>

export function wireMessage(fields: Fields = {}): Fields {
  return {
    _id: 'kZ1',
    rid: 'GENERAL',
    msg: 'hi @bob',
    ts: AT,
    u: { _id: 'u1', username: 'ann', name: 'Ann' },
    mentions: [{ _id: 'u2', username: 'bob', name: 'Bob', type: 'user' }],
    channels: [],
    urls: [],
    md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: 'hi ' }] }],
    _updatedAt: '2026-05-18T11:00:00.140Z',
    ...fields,
  }
}

export function wireSubscription(fields: Fields = {}): Fields {
  return {
    _id: 's1',
    rid: 'r1',
    t: 'd',
    u: { _id: 'u1', username: 'ann' },
    ts: AT,
    name: 'bob',
    fname: '李晓明',
    open: true,
    alert: true,
    unread: 3,
    userMentions: 2,
    groupMentions: 1,
    ls: AT,
    f: true,
    hideUnreadStatus: true,
    hideMentionStatus: true,
    roles: ['owner'],
    _updatedAt: AT,
    ...fields,
  }
}

export function wireRoom(fields: Fields = {}): Fields {
  return {
    _id: 'r1',
    t: 'p',
    name: 'project-x',
    fname: 'Project X',
    topic: 'plans',
    ro: true,
    archived: true,
    usersCount: 7,
    uids: ['u1', 'u2'],
    lastMessage: wireMessage(),
    ts: '2026-01-01T00:00:00.000Z',
    lm: AT,
    _updatedAt: AT,
    ...fields,
  }
}

/** Values that no field is supposed to have. */
export const hostileValues: unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  NaN,
  Infinity,
  1e300,
  '',
  'text',
  [],
  [null, 1, 'x', {}, []],
  {},
  { $date: 'soon' },
  { $date: NaN },
  JSON.parse('{"__proto__":{"_id":"x","rid":"y"},"constructor":"z","toString":1}') as unknown,
  deep(20_000),
]

/** Nested so deeply that anything which walks the whole document runs out of stack. */
function deep(levels: number): unknown {
  let value: unknown = 'core'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value }
  return value
}
