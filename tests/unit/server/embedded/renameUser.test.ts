import { openDirectRoom } from '../../../../server/embedded/domain/createRoom'
import { announceName } from '../../../../server/embedded/domain/renameUser'
import { openTestApp, type TestApp } from './support'

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

describe('a new name', () => {
  it('shows in the direct conversations of others, who are told', () => {
    const ann = test.user('ann')
    const bob = test.user('bob')
    const { room } = openDirectRoom(test.app, [ann, bob], ann)
    const subs = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
    const names = test.hear('notify-logged', 'Users:NameChanged')
    const renamed = { ...ann, name: '安', username: 'an' }
    test.app.store.users.update(renamed)
    announceName(test.app, ann, renamed)
    expect(test.app.store.subscriptions.get(room._id, bob._id)).toMatchObject({
      name: 'an',
      fname: '安',
    })
    expect(test.app.store.rooms.get(room._id)!.usernames).toEqual(['an', 'bob'])
    expect(subs).toHaveLength(1)
    expect(names[0]!.args).toEqual([{ _id: ann._id, name: '安', username: 'an' }])
  })

  it('that is the old one tells nobody', () => {
    const ann = test.user('ann')
    const names = test.hear('notify-logged', 'Users:NameChanged')
    announceName(test.app, ann, { ...ann })
    expect(names).toEqual([])
  })
})
