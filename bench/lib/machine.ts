import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'

/** What a result depends on beside the code. */
export type Machine = {
  date: string
  node: string
  cpu: string
  cores: number
  memoryMB: number
  /** Processes that wanted a processor, mean of the minute before the end; above `cores` the others' work shows in the times. */
  load: number
  packages: Record<string, string>
}

/** The packages whose versions move the numbers. */
const watched = [
  'libsql',
  'ws',
  'fastify',
  'vue',
  'pinia',
  '@rocket.chat/message-parser',
  '@rocket.chat/ddp-client',
  'simpleddp',
  '@microsoft/signalr',
]

const versionOf = (root: string, name: string): string | undefined => {
  try {
    const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')
    return (JSON.parse(text) as { version?: string }).version
  } catch {
    return undefined
  }
}

/** Describes this machine; `root` is the repository's folder. */
export const describeMachine = (root: string): Machine => {
  const packages: Record<string, string> = {}
  for (const name of watched) {
    const version = versionOf(root, name)
    if (version !== undefined) packages[name] = version
  }
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryMB: Math.round(totalmem() / 1024 / 1024),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    packages,
  }
}
