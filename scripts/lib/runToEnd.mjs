// Runs a program that may not find its own end.
import { spawn } from 'node:child_process'
import { clearInterval, setInterval } from 'node:timers'
import { root } from './steps.mjs'

const checkEveryMs = 250

/**
 * Runs a program, its output shown as it comes, until it ends or is ended, together with what it started.
 * @param isDone tells that the work is done: the program has `graceMs` left to end by itself.
 * @param limitMs the longest that it may take.
 * A signal to end goes to the program first; when that has ended, this process ends by it, too.
 * @returns exitCode (undefined when it was ended) and how it ended: 'itself', 'lingered' after its work, or 'late'.
 */
export function runToEnd(command, args, { isDone, graceMs, limitMs }) {
  // A group of its own, so that the servers that a killed test run leaves behind are ended, too.
  const isDetached = process.platform !== 'win32'
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: isDetached }
  const program = spawn(command, args, options)
  const end = (signal) => {
    if (program.pid === undefined) return
    try {
      process.kill(isDetached ? -program.pid : program.pid, signal)
    } catch {
      // It has ended by itself.
    }
  }
  let received
  const forward = ['SIGINT', 'SIGTERM'].map((signal) => {
    const listener = () => {
      received = signal
      end(signal)
    }
    return [signal, listener]
  })
  for (const [signal, listener] of forward) process.on(signal, listener)

  return new Promise((resolve, reject) => {
    const startedAt = Date.now()
    let doneAt = Infinity
    let ended = 'itself'
    const timer = setInterval(() => {
      const now = Date.now()
      if (doneAt === Infinity && isDone()) doneAt = now
      if (now - doneAt > graceMs) ended = 'lingered'
      else if (now - startedAt > limitMs) ended = 'late'
      if (ended !== 'itself') end('SIGKILL')
    }, checkEveryMs)
    const finish = (settle, value) => {
      clearInterval(timer)
      for (const [signal, listener] of forward) process.off(signal, listener)
      if (received === undefined) settle(value)
      else process.kill(process.pid, received)
    }
    program.on('error', (error) => finish(reject, error))
    program.on('exit', (code) => finish(resolve, { exitCode: code ?? undefined, ended }))
  })
}
