// Compiles a program of the server and runs it in a process of its own.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { compile, CompileError } from './compile.mjs'
import { root, stop } from './steps.mjs'

/**
 * Runs a program to its end and ends this process with its exit code.
 * @param entry see `programs` in compile.mjs.
 * @param args what the program gets as arguments.
 */
export async function runProgram(entry, args = []) {
  const file = await compiled(entry)
  const options = { cwd: root, stdio: 'inherit' }
  const program = spawn(process.execPath, ['--enable-source-maps', file, ...args], options)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // A terminal sends Ctrl+C to the program as well, which takes two signals at once for one.
    process.on(signal, () => program.kill(signal))
  }
  program.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
  })
}

async function compiled(entry) {
  try {
    return await compile(entry)
  } catch (error) {
    if (error instanceof CompileError) return stop(error.message)
    throw error
  }
}
