import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { eventually } from '../../browser/eventually'
import { hashOf } from '../../../scripts/lib/prepare.mjs'
import { countResults, planRun } from '../../../scripts/lib/results.mjs'
import { runToEnd } from '../../../scripts/lib/runToEnd.mjs'
import { diskProblem, nodeVersionProblem } from '../../../scripts/lib/steps.mjs'
import { measureH5, measureMiniProgram, reportSizes } from '../../../scripts/sizes.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string) {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

describe('checks before anything runs', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '24.1.0'])('accept Node %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined()
  })

  it.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0', '16.0.0'])(
    'refuse Node %s in one sentence',
    (version) => {
      expect(nodeVersionProblem(version)).toBe(
        `Node 20.19, 22.12 or newer is needed, this is ${version}; install it from https://nodejs.org and start again.`,
      )
    },
  )

  it('refuse a disk that is nearly full in one sentence', () => {
    const statfs = () => ({ bavail: 1000, bsize: 4096 })
    expect(diskProblem('/somewhere', statfs)).toBe(
      'There is too little disk space in /somewhere: free at least 200 MB and start again.',
    )
    expect(diskProblem('/somewhere', () => ({ bavail: 1_000_000, bsize: 4096 }))).toBeUndefined()
  })
})

describe('a program that is run to its end', () => {
  const program = (code: string, isDone = () => false, limitMs = 60_000) =>
    runToEnd(process.execPath, ['-e', code], { isDone, graceMs: 100, limitMs })

  it('ends by itself, with its exit code', async () => {
    expect(await program('process.exit(3)')).toEqual({ exitCode: 3, ended: 'itself' })
  })

  it('is ended when its work is done and something keeps it', async () => {
    const ended = await program('setInterval(() => {}, 1000)', () => true)
    expect(ended).toEqual({ exitCode: undefined, ended: 'lingered' })
  })

  it('is ended when it takes too long, even in a loop', async () => {
    const ended = await program('for (;;);', () => false, 100)
    expect(ended).toEqual({ exitCode: undefined, ended: 'late' })
  })

  it('takes what it started along', async () => {
    const pidFile = join(folder, 'pid')
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid`
    const code = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(${child}))`
    await program(code, () => existsSync(pidFile))
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await eventually(() => expect(isRunning(pid)).toBe(false))
  })

  it('is not followed by another one after a signal to end', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')]
    const module = JSON.stringify(resolve('scripts/lib/runToEnd.mjs'))
    const waits = `require('fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)`
    write(
      'two.mjs',
      `const { runToEnd } = await import(${module})
      for (const file of ${JSON.stringify([first, second])}) {
        const args = ['-e', ${JSON.stringify(waits)}, file]
        await runToEnd(process.execPath, args, { isDone: () => false, graceMs: 1, limitMs: 20000 })
      }`,
    )
    const script = spawn(process.execPath, [join(folder, 'two.mjs')])
    const end = once(script, 'exit')
    await eventually(() => expect(existsSync(first)).toBe(true))
    script.kill('SIGTERM')
    expect(await end).toEqual([null, 'SIGTERM'])
    expect(existsSync(second)).toBe(false)
  })

  it('that does not exist is refused', async () => {
    const limits = { isDone: () => false, graceMs: 1, limitMs: 1_000 }
    await expect(runToEnd(join(folder, 'nothing'), [], limits)).rejects.toThrow('ENOENT')
  })
})

/** An ended process that nobody has waited for is still listed. */
function isRunning(pid: number) {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

describe('the hash of build inputs', () => {
  const hash = () => hashOf([join(folder, 'src'), join(folder, 'main.ts')])

  it('stays the same until a file is changed, added, renamed or removed', () => {
    write('src/a.ts', '1')
    const seen = [hash()]
    expect(hash()).toBe(seen[0])
    write('src/a.ts', '2')
    seen.push(hash())
    write('src/deep/b.ts', '3')
    seen.push(hash())
    rmSync(join(folder, 'src/deep'), { recursive: true })
    write('src/c.ts', '3')
    seen.push(hash())
    write('main.ts', '')
    seen.push(hash())
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe('the choice of what to test', () => {
  it('is everything without arguments', () => {
    expect(planRun([])).toEqual({
      projects: ['unit', 'server', 'h5', 'mp', 'app'],
      patterns: [],
      builds: ['h5', 'mp-weixin', 'app'],
      isComplete: true,
    })
  })

  it('takes projects and patterns', () => {
    expect(planRun(['unit', 'timeline'])).toEqual({
      projects: ['unit'],
      patterns: ['timeline'],
      builds: [],
      isComplete: false,
    })
  })
})

describe('the count of results', () => {
  const result = { numPassedTests: 5, numFailedTests: 1, numRuntimeErrorTestSuites: 2 }

  it('counts files that could not be loaded as failed', () => {
    expect(countResults(1, result)).toEqual({ passed: 5, failed: 3 })
  })

  it('counts a crash as failed, with and without a result', () => {
    expect(countResults(134, undefined)).toEqual({ passed: 0, failed: 1 })
    const clean = { ...result, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }
    expect(countResults(1, clean)).toEqual({ passed: 5, failed: 1 })
    expect(countResults(0, clean)).toEqual({ passed: 5, failed: 0 })
  })
})

describe('package sizes', () => {
  it('count a mini-program’s main package without its sub-packages', () => {
    write('app.json', JSON.stringify({ subPackages: [{ root: 'src/more' }] }))
    write('common/vendor.js', 'x'.repeat(1000))
    write('src/more/a.js', 'x'.repeat(500))
    write('src/moreover.js', 'x'.repeat(10))
    const { mainBytes, subPackages, biggest } = measureMiniProgram(folder)
    const appBytes = JSON.stringify({ subPackages: [{ root: 'src/more' }] }).length
    expect(mainBytes).toBe(1010 + appBytes)
    expect(subPackages).toEqual([{ root: 'src/more/', bytes: 500 }])
    expect(biggest[0]).toEqual({ name: 'common/vendor.js', bytes: 1000 })
  })

  it('count what H5 loads before the conversation list, and nothing that is loaded later', () => {
    const page = 'assets/src-pages-conversations-conversations.abc.js'
    const sources: Record<string, string> = {
      'assets/index-1.js': 'import{a}from"./shared-2.js";import("./room-3.js")',
      'assets/shared-2.js': 'import"./deep-4.js";export const a=1',
      'assets/deep-4.js': 'export{}',
      'assets/room-3.js': 'x'.repeat(99),
      [page]: 'import{a}from"./shared-2.js"',
    }
    write('index.html', '<script type="module" crossorigin src="./assets/index-1.js"></script>')
    for (const [name, source] of Object.entries(sources)) write(name, source)
    const { files, gzipBytes } = measureH5(folder)
    const expected = ['assets/index-1.js', 'assets/shared-2.js', 'assets/deep-4.js', page]
    expect(files.map(({ name }) => name).sort()).toEqual([...expected].sort())
    const gzipOf = (name: string) => gzipSync(sources[name]!, { level: 9 }).byteLength
    expect(gzipBytes).toBe(expected.reduce((total, name) => total + gzipOf(name), 0))
  })

  it('report budgets that are exceeded and builds that are missing', () => {
    write('mp-weixin/app.json', '{}')
    write('mp-weixin/common/vendor.js', 'x'.repeat(501 * 1024))
    expect(reportSizes(folder).problems).toEqual([
      'mp-weixin main package is 501.0 KB',
      'the h5 build is missing',
      'the app build is missing',
    ])
  })
})

describe('.ci/run', () => {
  /** Runs it with a stand-in for npm that answers `npm test` and `npm run check` as told. */
  function runCi(testOutput: string, testCode: number, checkCode: number) {
    const npm = [
      '#!/bin/sh',
      `if [ "$1" = test ]; then printf '${testOutput}'; exit ${testCode}; fi`,
      `exit ${checkCode}`,
    ]
    writeFileSync(join(folder, 'npm'), npm.join('\n'), { mode: 0o755 })
    const { status, stdout } = spawnSync(join(__dirname, '../../../.ci/run'), {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` },
      encoding: 'utf8',
    })
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) }
  }

  it.each([
    ['everything passes', '12 passed, 0 failed\\n', 0, 0, 0, '13 passed, 0 failed'],
    ['a test fails', '11 passed, 1 failed\\n', 1, 0, 1, '12 passed, 1 failed'],
    ['the check fails', '12 passed, 0 failed\\n', 0, 1, 1, '12 passed, 1 failed'],
    ['the tests do not run at all', 'npm broke\\n', 1, 0, 1, '1 passed, 1 failed'],
  ])('counts when %s', (_name, output, testCode, checkCode, status, lastLine) => {
    expect(runCi(output, testCode, checkCode)).toEqual({ status, lastLine })
  })
})

describe('the scripts', () => {
  it.each(['start', 'test', 'check', 'uni', 'sizes'])('scripts/%s.mjs is valid', (name) => {
    const file = join(__dirname, '../../../scripts', `${name}.mjs`)
    expect(() => execFileSync(process.execPath, ['--check', file])).not.toThrow()
  })
})
