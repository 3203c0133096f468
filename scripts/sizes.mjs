// Sizes of the builds and their budgets (design, section 5). `node scripts/sizes.mjs` prints them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { root } from './lib/steps.mjs'

const kilobyte = 1024

export const budgets = {
  /** Main package of the mini-program, raw bytes. */
  mpMainBytes: 500 * kilobyte,
  /** One sub-package of the mini-program, raw bytes. */
  mpSubPackageBytes: kilobyte * kilobyte,
  /** JavaScript that H5 loads before the conversation list shows, gzip bytes. */
  h5InitialGzipBytes: 130 * kilobyte,
}

/** All files below a folder with their sizes; the largest first. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => ({ name: String(name), path: join(folder, String(name)) }))
    .filter(({ path }) => statSync(path).isFile())
    .map(({ name, path }) => ({ name: name.replaceAll('\\', '/'), bytes: statSync(path).size }))
    .sort((left, right) => right.bytes - left.bytes)
}

/** The mini-program's main package is everything that is not below the root of a sub-package. */
export function measureMiniProgram(folder) {
  const app = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8'))
  const packages = app.subPackages ?? app.subpackages ?? []
  const roots = packages.map(({ root: path }) => `${path.replace(/\/+$/, '')}/`)
  const files = filesOf(folder)
  const main = files.filter(({ name }) => !roots.some((path) => name.startsWith(path)))
  return {
    mainBytes: sum(main),
    biggest: main.slice(0, 5),
    subPackages: roots.map((path) => ({
      root: path,
      bytes: sum(files.filter(({ name }) => name.startsWith(path))),
    })),
  }
}

/**
 * The scripts that H5 needs before the conversation list shows: those of index.html, the list's page, and everything
 * that these import.
 * @param page source path of the first page, as it stands in the name of its chunk.
 */
export function measureH5(folder, page = 'src-pages-conversations-conversations') {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const entries = [...html.matchAll(/<script[^>]+src="\.?\/?([^"]+\.js)"/g)].map(([, file]) => file)
  const pages = filesOf(folder)
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`assets/${page}`) && name.endsWith('.js'))
  const sizes = [...closure(folder, [...entries, ...pages])].map((name) => zipped(folder, name))
  return { files: sizes, gzipBytes: zippedSum(sizes) }
}

/**
 * What back-end authentication loads beside it, with the connection and not before the list: the official SignalR client
 * and what only it imports.
 */
export function measureHub(folder, initial, chunk = 'src-realtime-signalrRealtime') {
  const entries = filesOf(folder)
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`assets/${chunk}`) && name.endsWith('.js'))
  const known = new Set(initial.map(({ name }) => name))
  const added = [...closure(folder, entries)].filter((name) => !known.has(name))
  return zippedSum(added.map((name) => zipped(folder, name)))
}

function zipped(folder, name) {
  const bytes = readFileSync(join(folder, name))
  return { name, bytes: bytes.byteLength, gzipBytes: gzipSync(bytes, { level: 9 }).byteLength }
}

function zippedSum(files) {
  return files.reduce((total, { gzipBytes }) => total + gzipBytes, 0)
}

/** Static imports only: `import("./x.js")` is loaded when it is needed. */
function closure(folder, entries) {
  const seen = new Set()
  const waiting = [...entries]
  while (waiting.length > 0) {
    const name = waiting.pop()
    if (seen.has(name) || !existsSync(join(folder, name))) continue
    seen.add(name)
    const source = readFileSync(join(folder, name), 'utf8')
    for (const [, file] of source.matchAll(/(?:\bfrom|\bimport)\s*"(\.[^"]+\.js)"/g)) {
      waiting.push(relative(folder, resolve(folder, name, '..', file)).replaceAll('\\', '/'))
    }
  }
  return seen
}

function sum(files) {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}

const inKilobytes = (bytes) => `${(bytes / kilobyte).toFixed(1)} KB`

/**
 * Measures the builds that are there.
 * @returns lines to print, and the budgets that are exceeded or cannot be checked.
 */
export function reportSizes(buildFolder) {
  const reports = [
    reportMiniProgram(resolve(buildFolder, 'mp-weixin')),
    reportH5(resolve(buildFolder, 'h5')),
    reportApp(resolve(buildFolder, 'app')),
  ]
  return {
    lines: reports.flatMap(({ lines }) => lines),
    problems: reports.flatMap(({ problems }) => problems),
  }
}

function reportMiniProgram(folder) {
  if (!existsSync(join(folder, 'app.json'))) return missing('mp-weixin')
  const { mainBytes, biggest, subPackages } = measureMiniProgram(folder)
  const problems = subPackages
    .filter(({ bytes }) => bytes > budgets.mpSubPackageBytes)
    .map(({ root: path, bytes }) => `mp-weixin sub-package ${path} is ${inKilobytes(bytes)}`)
  if (mainBytes > budgets.mpMainBytes) {
    problems.push(`mp-weixin main package is ${inKilobytes(mainBytes)}`)
  }
  return {
    lines: [
      `mp-weixin main package: ${inKilobytes(mainBytes)} raw (budget ${inKilobytes(budgets.mpMainBytes)})`,
      ...biggest.map(({ name, bytes }) => `  ${inKilobytes(bytes).padStart(9)}  ${name}`),
      ...subPackages.map(({ root: path, bytes }) => `  sub-package ${path} ${inKilobytes(bytes)}`),
    ],
    problems,
  }
}

function reportH5(folder) {
  if (!existsSync(join(folder, 'index.html'))) return missing('h5')
  const { files, gzipBytes } = measureH5(folder)
  const budget = budgets.h5InitialGzipBytes
  return {
    lines: [
      `H5 JavaScript before the conversation list: ${inKilobytes(gzipBytes)} gzip (budget ${inKilobytes(budget)})`,
      ...files.map(({ name, gzipBytes: size }) => `  ${inKilobytes(size).padStart(9)}  ${name}`),
      `H5 with back-end authentication: ${inKilobytes(measureHub(folder, files))} gzip more, loaded when it connects`,
    ],
    problems: gzipBytes > budget ? [`H5 initial JavaScript is ${inKilobytes(gzipBytes)} gzip`] : [],
  }
}

function reportApp(folder) {
  if (!existsSync(folder)) return missing('app')
  return { lines: [`App resources: ${inKilobytes(sum(filesOf(folder)))} raw`], problems: [] }
}

function missing(platform) {
  return { lines: [], problems: [`the ${platform} build is missing`] }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { lines, problems } = reportSizes(resolve(root, 'dist/build'))
  console.log([...lines, ...problems.map((problem) => `over budget: ${problem}`)].join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
}
