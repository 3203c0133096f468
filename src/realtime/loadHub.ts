import type { HubConnect } from './hubConnection'

/**
 * Loads the official client when it is needed. Mini-programs and Apps cannot load scripts later: their builds take
 * `loadHubAtOnce.ts` in this file's place (vite.config.ts).
 */
export const loadHub = (): Promise<{ connectHub: HubConnect }> => import('./signalrHub')
