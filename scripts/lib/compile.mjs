// Puts a program of the server into one JavaScript file: it starts faster and needs less memory than through tsx.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { root as projectRoot } from './steps.mjs'

/** The programs and where they lie below the repository's folder. */
export const programs = {
  server: 'server/main.ts',
  embedded: 'server/embedded/main.ts',
}

/** A source that could not be compiled; `message` is one sentence. */
export class CompileError extends Error {}

/** Keeps `import.meta.url` the address of the source, whatever folder the output lies in. */
const keepAddresses = (folder) => ({
  name: 'keep-addresses',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta.url')) return undefined
      const address = JSON.stringify(relative(folder, path).replaceAll('\\', '/'))
      const contents = source.replaceAll(
        'import.meta.url',
        `new URL(${address}, import.meta.url).href`,
      )
      return { contents, loader: 'ts' }
    })
  },
})

const firstError = (error, root) => {
  const [problem] = error.errors ?? []
  if (problem === undefined) return error.message
  const { location, text } = problem
  if (!location) return text
  return `${relative(root, resolve(root, location.file))}:${location.line}: ${text}`
}

/**
 * Compiles one program anew; that takes less than a second, so it is never out of date.
 * @param entry its first file below `root`.
 * @returns the file to run. It lies in `server/dist`, so that packages are found from there as from the sources.
 * @throws {CompileError} naming the first wrong line.
 */
export async function compile(entry, root = projectRoot) {
  const folder = join(root, 'server/dist')
  const name = relative(join(root, 'server'), join(root, entry)).replace(/\.ts$/, '')
  const file = join(folder, `${name.replaceAll(/[\\/]/g, '-')}.mjs`)
  // Two starts at once must not read each other's half-written file.
  const draft = join(folder, `.${process.pid}-${basename(file)}`)
  mkdirSync(folder, { recursive: true })
  try {
    const { outputFiles } = await build({
      entryPoints: [join(root, entry)],
      absWorkingDir: root,
      outfile: file,
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      sourcemap: true,
      logLevel: 'silent',
      plugins: [keepAddresses(folder)],
    })
    for (const { path, contents } of outputFiles) {
      writeFileSync(draft, contents)
      renameSync(draft, path)
    }
  } catch (error) {
    rmSync(draft, { force: true })
    throw new CompileError(`The server cannot be compiled: ${firstError(error, root)}`)
  }
  return file
}
