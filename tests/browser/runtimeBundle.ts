import { build } from 'esbuild'

/** esbuild's own options of these names. */
export type RuntimeOptions = { define?: Record<string, string>; alias?: Record<string, string> }

const bundles = new Map<string, Promise<string>>()

/**
 * Bundles a script that runs in the browser. Bundles live as long as the test file's process: esbuild needs a fraction
 * of a second, and a cache on disk could hide a change.
 * @param entry absolute path of the TypeScript entry
 */
export function bundleRuntime(entry: string, options: RuntimeOptions = {}): Promise<string> {
  const bundle = bundles.get(entry) ?? run(entry, options)
  bundles.set(entry, bundle)
  return bundle
}

async function run(entry: string, options: RuntimeOptions): Promise<string> {
  const { outputFiles } = await build({
    alias: options.alias ?? {},
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  })
  const script = outputFiles[0]
  if (!script) throw new Error(`esbuild wrote nothing for ${entry}`)
  return script.text
}
