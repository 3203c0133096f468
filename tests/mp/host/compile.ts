import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { TmplGroup } from 'glass-easel-template-compiler'
import type { AppConfig, ComponentConfig, MiniProgramBundle } from './bundle'
import { toCss } from './styles'

/**
 * Reads a built mini-program (dist/build/mp-weixin) and compiles its templates and style sheets.
 * @throws with the file and the compiler's words when a template is not valid WXML
 */
export function compileMiniProgram(directory: string): MiniProgramBundle {
  const root = resolve(directory)
  const files = listFiles(root).map((file) => relative(root, file).split(sep).join('/'))
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const { app, configs } = readConfigs(files, read)
  const { styles, scopes } = readStyles(files, configs, read)
  const scripts: Record<string, string> = {}
  for (const file of files) if (file.endsWith('.js')) scripts[file] = read(file)
  return {
    app,
    configs,
    scripts,
    styles,
    scopes,
    templates: compileTemplates(files, read),
    builtInTemplates: compileBuiltInTemplates(),
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? listFiles(path) : [path]
  })
}

/** Files of the developer tools and of the window's colours. */
const notComponents = /^(project\..*|sitemap|theme)\.json$/

function readConfigs(files: string[], read: (file: string) => string) {
  const configs: Record<string, ComponentConfig> = {}
  let app: AppConfig | undefined
  for (const file of files) {
    if (!file.endsWith('.json')) continue
    const content: unknown = JSON.parse(read(file))
    if (file === 'app.json') app = content as AppConfig
    else if (!notComponents.test(file)) configs[file.slice(0, -5)] = content as ComponentConfig
  }
  if (!app) throw new Error('Not a built mini-program: app.json is missing')
  return { app, configs }
}

function readStyles(
  files: string[],
  configs: Record<string, ComponentConfig>,
  read: (file: string) => string,
) {
  const styles: Record<string, string> = {}
  const scopes: Record<string, string> = {}
  for (const file of files) {
    if (!file.endsWith('.wxss')) continue
    const path = file.slice(0, -5)
    if (configs[path]?.component === true) {
      const scope = `c${Object.keys(scopes).length}`
      scopes[path] = scope
      styles[path] = toCss({ file, read, scope })
    } else {
      styles[path] = toCss({ file, read })
    }
  }
  return { styles, scopes }
}

function compileTemplates(files: string[], read: (file: string) => string): string {
  const group = new TmplGroup()
  const complaints: string[] = []
  for (const file of files) {
    if (file.endsWith('.wxs')) group.addScript(file.slice(0, -4), read(file))
    if (!file.endsWith('.wxml')) continue
    const warnings: unknown = group.addTmpl(file.slice(0, -5), read(file))
    if (Array.isArray(warnings) && warnings.length > 0) {
      complaints.push(`${file}: ${warnings.map((warning) => JSON.stringify(warning)).join(', ')}`)
    }
  }
  if (complaints.length > 0) throw new Error(`Invalid WXML\n${complaints.join('\n')}`)
  // Hooks of the framework: Q.C wraps every event listener, Q.A every `change:` listener of a WXS property.
  group.setExtraRuntimeScript(
    'Q.C=function(caller,event,listener){return globalThis.mpCallListener(caller,event,listener)};' +
      'Q.A=function(listener){return globalThis.mpWrapChangeListener(listener)};',
  )
  return group.getTmplGenObjectGroups()
}

function compileBuiltInTemplates(): string {
  const group = new TmplGroup()
  group.addTmpl('slot', '<slot/>')
  group.addTmpl('empty', '<block/>')
  return group.getTmplGenObjectGroups()
}
