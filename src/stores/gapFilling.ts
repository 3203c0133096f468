import type { GapSide } from './roomHistory'

/** How far the gap is that is being filled. */
export type GapState = 'idle' | 'loading' | 'failed'

/** Fills gaps one at a time. */
export interface GapFilling {
  readonly state: GapState
  /** Why the last one could not be filled; undefined when it could. */
  readonly failure: unknown
  /** Fills the gap at the newer side of a chunk by one page; does nothing while another is being filled. Never rejects. */
  fill(chunkKey: string, side: GapSide): Promise<void>
}

/** @param onChange the state is another one */
export function createGapFilling(
  load: (chunkKey: string, side: GapSide) => Promise<void>,
  onChange: (state: GapState) => void,
): GapFilling {
  let state: GapState = 'idle'
  let failure: unknown

  function become(next: GapState, why?: unknown): void {
    state = next
    failure = why
    onChange(state)
  }

  return {
    get state() {
      return state
    },
    get failure() {
      return failure
    },
    async fill(chunkKey, side) {
      if (state === 'loading') return
      become('loading')
      await load(chunkKey, side).then(
        () => become('idle'),
        (error: unknown) => become('failed', error),
      )
    },
  }
}
