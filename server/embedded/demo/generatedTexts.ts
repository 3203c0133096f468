import type { App } from '../app'
import { deriveText, type DerivedText } from '../domain/messageText'
import { encodeDoc } from '../storage/codec'
import { indexedText } from '../domain/searchText'
import { auroraLines, designLines, generalLines, lunchLines } from './conversations'
import type { Random } from './random'
import { chatterLines, releaseLines } from './releaseNotes'

/** A text with everything that the server derives from it, computed once for many messages. */
export type ReadyText = { msg: string; derived: DerivedText; encoded: string; words: string }

const poolSize = 600
const names = ['nobody']

/** Repeatable texts of both languages, in the mixture of a busy workspace. */
export const readyTexts = (app: App, random: Random): readonly ReadyText[] => {
  const written = [...generalLines, ...auroraLines, ...lunchLines, ...designLines]
  const made = [
    ...chatterLines(poolSize / 2, names, random),
    ...releaseLines(poolSize / 2, names, random),
  ]
  const texts = new Set([...written, ...made].map(([, text]) => text.replaceAll('@', '')))
  return [...texts].map((msg) => readyText(app, msg))
}

const readyText = (app: App, msg: string): ReadyText => {
  const derived = deriveText(app, msg)
  return { msg, derived, encoded: encodeDoc(derived), words: indexedText(msg) }
}

/** Texts that mention people in front; each is made once. */
export const createMentions = (app: App): ((username: string, text: string) => ReadyText) => {
  const made = new Map<string, ReadyText>()
  return (username, text) => {
    const msg = `@${username} ${text}`
    const ready = made.get(msg) ?? readyText(app, msg)
    made.set(msg, ready)
    return ready
  }
}
