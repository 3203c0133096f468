export type RunPlan = {
  projects: string[]
  patterns: string[]
  builds: string[]
  isComplete: boolean
}
export type JestResult = {
  numPassedTests: number
  numFailedTests: number
  numRuntimeErrorTestSuites: number
}
export function planRun(args: readonly string[]): RunPlan
export function countResults(
  exitCode: number,
  result: JestResult | undefined,
): { passed: number; failed: number }
