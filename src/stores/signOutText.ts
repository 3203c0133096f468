import type { Translate } from '../locales/translate'

/** The question before signing out: it names what would be lost. */
export function signOutText(unsentCount: number, t: Translate): string {
  if (unsentCount === 0) return t('settings.signOutQuestion')
  return t('settings.signOutUnsent', { count: unsentCount })
}
