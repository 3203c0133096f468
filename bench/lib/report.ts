import type { AnyBench, Measured, MetricInfo } from './bench'
import type { Machine } from './machine'
import { median } from './stats'

export type MetricResult = MetricInfo & {
  median: number
  min: number
  max: number
  runs: number
  /** Whether the median keeps the target; undefined without one. */
  met?: boolean
}

/** The content of `bench/results/<name>.json`. */
export type BenchResult = {
  name: string
  title: string
  machine: Machine
  metrics: Record<string, MetricResult>
}

const keeps = (info: MetricInfo, target: number, value: number): boolean =>
  info.better === 'higher' ? value >= target : value <= target

/** Four significant digits are more than two runs ever agree on. */
const rounded = (value: number): number => Number(value.toPrecision(4))

const metricResult = (info: MetricInfo, values: readonly number[]): MetricResult => {
  const result: MetricResult = {
    ...info,
    median: rounded(median(values)),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    runs: values.length,
  }
  if (info.target !== undefined) result.met = keeps(info, info.target, median(values))
  return result
}

/**
 * Puts the runs of a bench together.
 * @throws RangeError when a run has a value that the bench does not describe, or a metric that no run measured.
 */
export const summarise = (
  bench: Pick<AnyBench, 'name' | 'title' | 'metrics'>,
  runs: readonly Measured[],
  machine: Machine,
): BenchResult => {
  const metrics: Record<string, MetricResult> = {}
  for (const id of runs.flatMap((run) => Object.keys(run))) {
    if (bench.metrics[id] === undefined) throw new RangeError(`${bench.name} describes no ${id}`)
  }
  for (const [id, info] of Object.entries(bench.metrics)) {
    const values = runs.flatMap((run) => run[id] ?? [])
    if (values.length === 0) throw new RangeError(`${bench.name} measured no ${id}`)
    metrics[id] = metricResult(info, values)
  }
  return { name: bench.name, title: bench.title, machine, metrics }
}

const targetText = ({ target, better, met }: MetricResult): string => {
  if (target === undefined) return ''
  return `${better === 'higher' ? '>=' : '<='} ${target} ${met === true ? 'met' : 'MISSED'}`
}

/** The result as a table of text. */
export const tableOf = (result: BenchResult): string => {
  const rows = Object.values(result.metrics).map((metric) => [
    metric.subject === undefined ? metric.label : `${metric.label} (${metric.subject})`,
    `${metric.median} ${metric.unit}`,
    `${metric.min} to ${metric.max}`,
    targetText(metric),
  ])
  const table = [['', 'median', 'range', 'target'], ...rows]
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const { node, cpu, cores, load } = result.machine
  return [`${result.title} (Node ${node}, ${cores} x ${cpu}, load ${load})`, ...lines].join('\n')
}
