import { mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(__dirname, '../..')

/**
 * Loads a module of this folder with all of ours that it imports put into one script, as the builds have it. tsx, in
 * which benches run, adds a call to every function that is made inside another one; what is measured must not pay that.
 * @param file name in bench/lib, without its ending
 */
export const loadAsBuilt = async <Module>(file: string): Promise<Module> => {
  const folder = join(root, 'dist/bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${basename(file)}.cjs`)
  await build({
    entryPoints: [join(root, 'bench/lib', `${file}.ts`)],
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    define: { 'process.env.UNI_PLATFORM': '"h5"' },
    logLevel: 'silent',
  })
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- made a moment ago
  return require(outfile) as Module
}
