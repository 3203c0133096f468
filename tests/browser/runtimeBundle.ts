import { build, type BuildOptions } from 'esbuild'

const bundles = new Map<string, Promise<string>>()

/**
 * Bundles a script that runs in the browser. Bundles live as long as the test file's process: esbuild needs a fraction
 * of a second, and a cache on disk could hide a change.
 * @param entry absolute path of the TypeScript entry
 */
export function bundleRuntime(entry: string, options: BuildOptions = {}): Promise<string> {
  const bundle = bundles.get(entry) ?? run(entry, options)
  bundles.set(entry, bundle)
  return bundle
}

async function run(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  })
  return outputFiles?.[0]?.text ?? ''
}
