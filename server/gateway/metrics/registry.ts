export type Labels = Record<string, string | number>

export type Counter = { add(labels?: Labels): void }
export type Histogram = { observe(labels: Labels, value: number): void }

/** Numbers about the running gateway in Prometheus' text format, version 0.0.4. */
export type Registry = {
  counter(name: string, help: string): Counter
  /** @param read is asked whenever the numbers are read. */
  gauge(name: string, help: string, read: () => number): void
  /** @param read a number that only grows, asked whenever the numbers are read. */
  total(name: string, help: string, read: () => number): void
  /** @param bounds upper bounds of the buckets, rising, without the infinite one. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram
  text(): string
}

type Metric = { name: string; help: string; type: string; lines(): string[] }
type Buckets = { counts: number[]; sum: number; count: number; labels: Labels }

export function createRegistry(): Registry {
  const metrics: Metric[] = []
  return {
    counter(name, help) {
      const values = new Map<string, number>()
      const lines = () => [...values].map(([labels, value]) => `${name}${labels} ${value}`)
      metrics.push({ name, help, type: 'counter', lines })
      return {
        add(labels = {}) {
          const key = labelText(labels)
          values.set(key, (values.get(key) ?? 0) + 1)
        },
      }
    },
    gauge(name, help, read) {
      metrics.push({ name, help, type: 'gauge', lines: () => [`${name} ${read()}`] })
    },
    total(name, help, read) {
      metrics.push({ name, help, type: 'counter', lines: () => [`${name} ${read()}`] })
    },
    histogram(name, help, bounds) {
      const series = new Map<string, Buckets>()
      const lines = () => [...series.values()].flatMap((one) => bucketLines(name, bounds, one))
      metrics.push({ name, help, type: 'histogram', lines })
      return { observe: (labels, value) => observe(series, bounds, labels, value) }
    },
    text() {
      const blocks = metrics.map(({ name, help, type, lines }) =>
        [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines()].join('\n'),
      )
      return `${blocks.join('\n')}\n`
    },
  }
}

function observe(
  series: Map<string, Buckets>,
  bounds: readonly number[],
  labels: Labels,
  value: number,
): void {
  const key = labelText(labels)
  let buckets = series.get(key)
  if (!buckets) {
    buckets = { counts: bounds.map(() => 0), sum: 0, count: 0, labels }
    series.set(key, buckets)
  }
  const { counts } = buckets
  bounds.forEach((bound, at) => {
    if (value <= bound) counts[at] = (counts[at] ?? 0) + 1
  })
  buckets.sum += value
  buckets.count += 1
}

function bucketLines(
  name: string,
  bounds: readonly number[],
  { counts, sum, count, labels }: Buckets,
): string[] {
  const line = (le: string, value: number) =>
    `${name}_bucket${labelText({ ...labels, le })} ${value}`
  return [
    ...bounds.map((bound, at) => line(String(bound), counts[at] ?? 0)),
    line('+Inf', count),
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${count}`,
  ]
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${String(value).replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`,
  )
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}
