import { resolvePath } from '../bundle'
import { compileScript } from './sandbox'

export type ScriptLoader = {
  /** Runs a script once and returns its exports. `file` has its `.js`. */
  load(file: string): unknown
}

/** CommonJS over the scripts of the package. */
export function createScriptLoader(
  scripts: Record<string, string>,
  scope: Record<string, unknown>,
): ScriptLoader {
  const modules = new Map<string, { exports: unknown }>()
  const load = (file: string): unknown => {
    const known = modules.get(file)
    if (known) return known.exports
    const source = scripts[file]
    if (source === undefined) throw new Error(`The package has no script ${file}`)
    const module = { exports: {} as unknown }
    modules.set(file, module)
    const require = (path: string): unknown => load(withExtension(resolvePath(file, path)))
    compileScript(file, source, scope)(require, module, module.exports)
    return module.exports
  }
  return { load }
}

function withExtension(path: string): string {
  return path.endsWith('.js') ? path : `${path}.js`
}
