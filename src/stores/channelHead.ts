import type { Translate } from '../locales/translate'
import type { Room, Subscription } from '../rocketchat/types'
import type { Channel } from './channel'

/** Roles that have `post-readonly` by default (protocol reference 5.8). */
const writersOfReadOnly = ['owner', 'moderator']

/** The open conversation, as the page's head shows it. */
export type CurrentChannel = Pick<Channel, 'id' | 'kind' | 'title'> & { memberCount: number }

/** The head of a room; the same object as before when nothing in it has changed. */
export function toHead(
  id: string,
  subscription: Subscription | undefined,
  room: Room | undefined,
  known: CurrentChannel | undefined,
): CurrentChannel {
  const title = subscription?.title ?? known?.title ?? ''
  const kind = subscription?.kind ?? known?.kind ?? 'channel'
  const memberCount = room?.memberCount ?? 0
  const isSame = known?.title === title && known.memberCount === memberCount && known.id === id
  return isSame ? known : { id, kind, title, memberCount }
}

/** Why this person cannot write in a room; `''` when nothing stands against it. */
export function noticeFor(
  { roles }: Subscription,
  room: Room | undefined,
  username: string,
  t: Translate,
): string {
  if (room?.isArchived) return t('room.archived')
  if (room?.muted.includes(username)) return t('error.muted')
  if (!room?.isReadOnly || room.unmuted.includes(username)) return ''
  return roles.some((role) => writersOfReadOnly.includes(role)) ? '' : t('room.readOnly')
}
