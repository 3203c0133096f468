// Loaded into a server that is measured (`--import`, with --expose-gc): tells its memory, without what is garbage, and how
// late its event loop was since the last question.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1
const loop = monitorEventLoopDelay({ resolution: resolutionMs })

const memory = () => {
  for (let round = 0; round < 3; round += 1) globalThis.gc()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external }
}

const loopDelay = () => {
  const late = (share) => Math.max(0, loop.percentile(share) / 1e6 - resolutionMs)
  const found = { p50: late(50), p99: late(99) }
  // Asking costs a timer a millisecond, so it begins with the first question.
  loop.enable()
  loop.reset()
  return found
}

const answers = { memory, loopDelay }

process.on('message', (question) => {
  const answer = answers[question]
  if (answer !== undefined) process.send(answer())
})
// The channel alone keeps no process alive.
process.channel?.unref()
