import type { App } from '../app'
import type { UserDoc } from '../documents'
import { TextError } from '../errors'
import { forgetSubscription } from './bans'
import { admit } from './createRoom'
import { addSystemMessage } from './systemMessage'

/**
 * Answers an invitation, that is an own subscription with the status `INVITED` (protocol reference 3.11 and 4.4): who
 * accepts becomes a member, who rejects is told of in the room.
 * @throws TextError when there is no invitation.
 */
export const answerInvitation = (
  app: App,
  rid: string,
  user: UserDoc,
  action: 'accept' | 'reject',
): void => {
  const room = app.store.rooms.get(rid)
  const invitation = app.store.subscriptions.get(rid, user._id)
  if (room === undefined || invitation?.status !== 'INVITED') {
    throw new TextError(
      'Failed to handle invite: No subscription found or user does not have permission to accept or reject this invite',
    )
  }
  app.store.write(() => {
    forgetSubscription(app, invitation)
    if (action === 'accept') admit(app, room, user)
    else addSystemMessage(app, room, 'uir', user, user.username)
  })
}
