/**
 * Loads back-end authentication when it is announced. Mini-programs and Apps cannot load scripts later: their builds take
 * `loadSignalrAtOnce.ts` in this file's place (vite.config.ts).
 */
export const loadSignalr = () => import('./signalrRealtime')
