import { colorOf, initialsOf, roomInitialsOf } from '../../../../src/timeline/avatar'

test.each([
  ['李晓明', '晓明'],
  ['欧阳晓明', '晓明'],
  ['王芳', '王芳'],
  ['李', '李'],
  ['Alice', 'A'],
  ['alice smith', 'AS'],
  ['Ann Marie van Dyke', 'AD'],
  ['rocket.cat', 'RC'],
  ['Émile Zola', 'ÉZ'],
  ['👩‍🚀 Ann', 'A'],
  ['🚀', '🚀'],
  ['李明 Ming', '李M'],
  ['  ', ''],
  ['', ''],
  ['--', '-'],
  ['42', '4'],
])('the initials of %j are %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})

test.each([
  ['极光项目讨论', '极光'],
  ['发布日志 Releases', '发布'],
  ['群', '群'],
  ['general', 'G'],
  ['design-team', 'DT'],
])('the initials of the room %j are %j', (title, initials) => {
  expect(roomInitialsOf(title)).toBe(initials)
})

test('a colour is one of twelve, the same each time, and all are used', () => {
  const colors = Array.from({ length: 500 }, (_, i) => colorOf(`user ${i}`))
  expect(new Set(colors)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
  expect(colorOf('user 7')).toBe(colors[7])
  expect(colorOf('')).toBe(0)
})

test('more names than are remembered still have their own initials', () => {
  const names = Array.from(
    { length: 2_500 },
    (_, i) => `${String.fromCharCode(65 + (i % 26))}${i} Zed`,
  )
  for (const name of [...names, ...names]) expect(initialsOf(name)).toBe(`${name.charAt(0)}Z`)
})
