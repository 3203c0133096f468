import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'

/** One subscription while it is set up. */
export type SubscriptionContext = {
  app: App
  user: UserDoc | undefined
  connectionId: string
  /** State that the publications of one connection share, for example which sub watches presence. */
  connectionState: Map<string, unknown>
  send: (frame: string) => void
}

/** An open subscription. */
export type Publishing = {
  /** Ends the delivery. */
  stop: () => void
}

/** `'ended'` answers with a `nosub` that is not a failure. */
export type Publication = (
  context: SubscriptionContext,
  params: readonly unknown[],
) => Publishing | 'ended'

/** A stream refusal carries only its code (protocol reference 1.5). */
export const notAllowed = (): MeteorError => new MeteorError('not-allowed')
