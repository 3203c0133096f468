// Loaded into a server that is measured (`--import`, with --expose-gc): tells its memory, without what is garbage.
process.on('message', (question) => {
  if (question !== 'memory') return
  for (let round = 0; round < 3; round += 1) globalThis.gc()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send({ rss, heapUsed, external })
})
// The channel alone keeps no process alive.
process.channel?.unref()
