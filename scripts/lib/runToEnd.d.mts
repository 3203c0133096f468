/** See runToEnd.mjs. @throws (rejects) when the program cannot be started */
export function runToEnd(
  command: string,
  args: readonly string[],
  limits: { isDone: () => boolean; graceMs: number; limitMs: number },
): Promise<{ exitCode: number | undefined; ended: 'itself' | 'lingered' | 'late' }>
