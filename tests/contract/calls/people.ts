import { createHash } from 'node:crypto'
import type { Calls, World } from './world'

const account = (username: string) => ({
  username,
  name: 'N',
  email: `${username}@example.com`,
  password: 'pass-word',
})

const selector = (value: object): string => encodeURIComponent(JSON.stringify(value))

/** The only owner of a channel with others in it. */
const ownerOfMore = async (w: World) => {
  const person = await w.person()
  await person.post('channels.create', { name: w.name(), members: ['bob'] })
  return person
}

export const peopleCalls: Calls = {
  'GET info 200': (w) => w.anonymous.get('info'),
  'GET me 200': (w) => w.ann.get('me'),
  'GET me 401': (w) => w.anonymous.get('me'),
  'POST login 200': (w) => w.anonymous.post('login', { user: 'ann', password: 'secret-ann' }),
  'GET settings.public 200': (w) => w.anonymous.get('settings.public?count=5&offset=0'),
  'GET permissions.listAll 200': (w) => w.ann.get('permissions.listAll'),
  'GET permissions.listAll 400': (w) => w.ann.get('permissions.listAll?updatedSince=never'),
  'GET commands.list 200': (w) => w.ann.get('commands.list'),
  'GET directory 200': (w) =>
    w.ann.get(`directory?type=channels&count=1&sort=${selector({ ts: 1 })}`),
  'GET directory 400': (w) =>
    w.ann.get(`directory?type=channels&sort=${selector({ name: 1, ts: 1 })}`),
  'GET spotlight 200': (w) => w.ann.get('spotlight?query=bob'),
  'GET spotlight 400': (w) => w.ann.get('spotlight'),
  'GET users.autocomplete 200': (w) =>
    w.ann.get(`users.autocomplete?selector=${selector({ term: 'bob' })}`),
  'GET users.autocomplete 400': (w) => w.ann.get('users.autocomplete'),
  'GET users.checkUsernameAvailability 200': (w) =>
    w.ann.get('users.checkUsernameAvailability?username=free'),
  'GET users.checkUsernameAvailability 400': (w) => w.ann.get('users.checkUsernameAvailability'),
  'GET users.checkUsernameAvailability 401': (w) =>
    w.anonymous.get('users.checkUsernameAvailability?username=free'),
  'GET users.getPreferences 200': (w) => w.ann.get('users.getPreferences'),
  'GET users.getPresence 200': (w) => w.ann.get('users.getPresence'),
  'GET users.getStatus 200': (w) => w.ann.get('users.getStatus'),
  'GET users.info 200': (w) => w.admin.get('users.info?username=ann&includeUserRooms=true'),
  'GET users.info 400': (w) => w.ann.get('users.info?username=ghost'),
  'GET users.list 200': (w) => w.admin.get('users.list?count=2'),
  'GET users.presence 200': (w) => w.ann.get(`users.presence?ids=${w.ann.userId}`),
  'GET users.presence 401': (w) => w.anonymous.get('users.presence'),
  'POST users.create 200': (w) => w.admin.post('users.create', account(w.name())),
  'POST users.create 400': (w) => w.admin.post('users.create', account('ann')),
  'POST users.update 200': (w) =>
    w.admin.post('users.update', { userId: w.ann.userId, data: { name: 'Ann' } }),
  'POST users.update 400': (w) =>
    w.admin.post('users.update', { userId: w.ann.userId, data: { x: 1 } }),
  'POST users.logout 200': async (w) =>
    w.admin.post('users.logout', { userId: (await w.person()).userId }),
  'POST users.logout 403': (w) => w.ann.post('users.logout', { userId: w.bob.userId }),
  'POST users.logoutOtherClients 200': async (w) =>
    (await w.person()).post('users.logoutOtherClients'),
  'POST users.removeOtherTokens 200': async (w) =>
    (await w.person()).post('users.removeOtherTokens'),
  'POST users.setPreferences 200': (w) =>
    w.ann.post('users.setPreferences', { data: { enableAutoAway: true } }),
  'POST users.setPreferences 400': (w) => w.ann.post('users.setPreferences', {}),
  'POST users.setStatus 200': (w) => w.ann.post('users.setStatus', { status: 'busy', message: '' }),
  'POST users.setStatus 400': (w) =>
    w.ann.post('users.setStatus', { status: 'sleepy', message: '' }),
  'POST users.setStatus 403': (w) =>
    w.ann.post('users.setStatus', { userId: w.bob.userId, status: 'busy', message: '' }),
  'POST users.updateOwnBasicInfo 200': async (w) =>
    (await w.person()).post('users.updateOwnBasicInfo', { data: { name: 'New' } }),
  'POST users.updateOwnBasicInfo 400': (w) =>
    w.ann.post('users.updateOwnBasicInfo', { data: { username: 'bob', currentPassword: 'x' } }),
  'POST users.deactivateIdle 200': (w) =>
    w.admin.post('users.deactivateIdle', { daysIdle: 1000, role: 'guest' }),
  'POST users.deactivateIdle 403': (w) =>
    w.ann.post('users.deactivateIdle', { daysIdle: 1000, role: 'guest' }),
  'POST users.delete 200': async (w) =>
    w.admin.post('users.delete', { userId: (await w.person()).userId }),
  'POST users.delete 400': (w) => w.admin.post('users.delete', { userId: 'ghost' }),
  'POST users.delete 403': (w) => w.ann.post('users.delete', { userId: w.bob.userId }),
  'POST users.deleteOwnAccount 200': async (w) => {
    const person = await w.person()
    return person.post('users.deleteOwnAccount', {
      password: createHash('sha256').update(`secret-${person.username}`).digest('hex'),
    })
  },
  'POST users.deleteOwnAccount 400': async (w) => {
    const person = await ownerOfMore(w)
    return person.post('users.deleteOwnAccount', {
      password: createHash('sha256').update(`secret-${person.username}`).digest('hex'),
    })
  },
  'POST users.register 200': (w) => {
    const { password, ...rest } = account(w.name())
    return w.anonymous.post('users.register', { ...rest, pass: password })
  },
  'POST users.register 400': (w) => w.anonymous.post('users.register', {}),
  'POST users.setActiveStatus 200': async (w) =>
    w.admin.post('users.setActiveStatus', {
      userId: (await w.person()).userId,
      activeStatus: false,
    }),
  'POST users.setActiveStatus 400': async (w) =>
    w.admin.post('users.setActiveStatus', {
      userId: (await ownerOfMore(w)).userId,
      activeStatus: false,
    }),
  'POST users.setActiveStatus 403': (w) =>
    w.ann.post('users.setActiveStatus', { userId: w.bob.userId, activeStatus: false }),
  'GET users.getPersonalAccessTokens 200': async (w) => {
    const person = await w.person()
    await person.post('users.generatePersonalAccessToken', { tokenName: 'robot' })
    return person.get('users.getPersonalAccessTokens')
  },
  'POST users.generatePersonalAccessToken 200': async (w) =>
    (await w.person()).post('users.generatePersonalAccessToken', { tokenName: 'robot' }),
  'POST users.generatePersonalAccessToken 400': async (w) => {
    const person = await w.person()
    await person.post('users.generatePersonalAccessToken', { tokenName: 'robot' })
    return person.post('users.generatePersonalAccessToken', { tokenName: 'robot' })
  },
  'POST users.regeneratePersonalAccessToken 200': async (w) => {
    const person = await w.person()
    await person.post('users.generatePersonalAccessToken', { tokenName: 'robot' })
    return person.post('users.regeneratePersonalAccessToken', { tokenName: 'robot' })
  },
  'POST users.regeneratePersonalAccessToken 400': (w) =>
    w.ann.post('users.regeneratePersonalAccessToken', { tokenName: 'none' }),
  'POST users.removePersonalAccessToken 200': async (w) => {
    const person = await w.person()
    await person.post('users.generatePersonalAccessToken', { tokenName: 'robot' })
    return person.post('users.removePersonalAccessToken', { tokenName: 'robot' })
  },
  'POST users.removePersonalAccessToken 400': (w) =>
    w.ann.post('users.removePersonalAccessToken', { tokenName: 'none' }),
}
