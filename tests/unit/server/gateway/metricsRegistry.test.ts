import { createRegistry } from '../../../../server/gateway/metrics/registry'

describe('the registry of numbers', () => {
  it('writes counters, gauges and histograms as Prometheus reads them', () => {
    const registry = createRegistry()
    const requests = registry.counter('requests_total', 'Requests')
    registry.gauge('open', 'Open now', () => 3)
    const seconds = registry.histogram('seconds', 'Time', [0.1, 1])
    requests.add({ route: '/a', status: 200 })
    requests.add({ route: '/a', status: 200 })
    requests.add()
    for (const value of [0.1, 0.5, 7]) seconds.observe({ route: '/a' }, value)
    expect(registry.text()).toBe(
      [
        '# HELP requests_total Requests',
        '# TYPE requests_total counter',
        'requests_total{route="/a",status="200"} 2',
        'requests_total 1',
        '# HELP open Open now',
        '# TYPE open gauge',
        'open 3',
        '# HELP seconds Time',
        '# TYPE seconds histogram',
        'seconds_bucket{route="/a",le="0.1"} 1',
        'seconds_bucket{route="/a",le="1"} 2',
        'seconds_bucket{route="/a",le="+Inf"} 3',
        'seconds_sum{route="/a"} 7.6',
        'seconds_count{route="/a"} 3',
        '',
      ].join('\n'),
    )
  })

  it('lets no label break out of its quotes', () => {
    const registry = createRegistry()
    registry.counter('c', 'C').add({ x: 'a"} 1\nb\\' })
    expect(registry.text()).toContain('c{x="a\\"} 1\\nb\\\\"} 1')
  })
})
