/** What one number of a bench means. */
export type MetricInfo = {
  /** What is measured, in words; the row's name in the table. */
  label: string
  /** For example `ms`, `KB`, `messages/s`. */
  unit: string
  better: 'higher' | 'lower'
  /** The budget of the design or of an issue, in the same unit. Missing it is shown, it does not fail the run. */
  target?: number
  /** What was measured beside ours in the same run, for example `simpleddp`; ours when absent. */
  subject?: string
}

/** The values of one run by metric. A metric that is left out was not measured in this run. */
export type Measured = Readonly<Record<string, number>>

/** A bench: the `bench` export of a file `bench/<name>.bench.ts` (see README.md beside). */
export type Bench<State> = {
  /** Name of the result file and of the filter of `npm run bench`: lower-case letters, digits and dashes. */
  name: string
  title: string
  /** How often `measure` runs; the median is reported. 5 when absent. */
  repeats?: number
  metrics: Readonly<Record<string, MetricInfo>>
  /** Prepares what all runs share; its time is not measured. */
  setUp(): Promise<State>
  /** One run. `run` counts from 0. */
  measure(state: State, run: number): Promise<Measured>
  /** Ends what `setUp` began; also called when a run failed. */
  tearDown(state: State): Promise<void>
}

/** A bench whose state nobody outside needs to know. */
export type AnyBench = Pick<Bench<unknown>, 'name' | 'title' | 'repeats' | 'metrics'> & {
  /** Sets up, measures `repeats` times and tears down. Answers the values of every run. */
  runAll(progress: (run: number, repeats: number) => void): Promise<Measured[]>
}

export const defaultRepeats = 5

/** Checks a bench's types and hides its state. */
export const defineBench = <State>(bench: Bench<State>): AnyBench => ({
  ...bench,
  runAll: async (progress) => {
    const repeats = Number(process.env.BENCH_REPEATS ?? bench.repeats ?? defaultRepeats)
    const state = await bench.setUp()
    const runs: Measured[] = []
    try {
      for (let run = 0; run < repeats; run += 1) {
        progress(run, repeats)
        runs.push(await bench.measure(state, run))
      }
    } finally {
      await bench.tearDown(state)
    }
    return runs
  },
})
