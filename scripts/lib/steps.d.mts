export const root: string
export function stop(sentence: string): never
export function nodeVersionProblem(version: string): string | undefined
export function diskProblem(
  folder: string,
  statfs?: (folder: string) => { bavail: number; bsize: number },
): string | undefined
export function checkMachine(): void
export function run(command: string, args: readonly string[], env?: Record<string, string>): number
