/** Globals of the language and the few of the platform that WeChat's logic layer has too. */
const shared = [
  ...['Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'Boolean', 'DataView', 'Date', 'Error'],
  ...['EvalError', 'Float32Array', 'Float64Array', 'Function', 'Infinity', 'Int16Array'],
  ...['Int32Array', 'Int8Array', 'Intl', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object'],
  ...['Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String'],
  ...['Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array'],
  ...['Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet', 'decodeURI'],
  ...['BigInt64Array', 'BigUint64Array', 'FinalizationRegistry', 'AggregateError'],
  ...['decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'isFinite', 'isNaN'],
  ...['parseFloat', 'parseInt', 'escape', 'unescape', 'undefined', 'console'],
] as const

const bound = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

/**
 * The global object of the program: what WeChat's logic layer has, and nothing of the browser. A name of the browser
 * (document, fetch, localStorage, TextEncoder, URL...) is `undefined` in the program, as in WeChat.
 */
export function createSandbox(program: Record<string, unknown>): Record<string, unknown> {
  const scope: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const name of allNames(window)) scope[name] = undefined
  const global = window as unknown as Record<string, unknown>
  for (const name of shared) scope[name] = global[name]
  for (const name of bound) scope[name] = (global[name] as () => unknown).bind(window)
  Object.assign(scope, program)
  scope.globalThis = scope
  return scope
}

function allNames(start: object): Set<string> {
  const names = new Set<string>()
  for (
    let level = start;
    level !== Object.prototype;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const name of Object.getOwnPropertyNames(level)) names.add(name)
  }
  for (const name of ['eval', 'arguments']) names.delete(name)
  return names
}

export type ScriptFunction = (
  require: (path: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
) => void

/** Compiles one script so that its free names are looked up in `scope` and assigned there. */
export function compileScript(file: string, source: string, scope: object): ScriptFunction {
  // `with` keeps assignments to globals (uni's vendor script replaces Page and Component) inside the sandbox.
  const code = `with (scope) { return function (require, module, exports) {${source}\n} }\n//# sourceURL=mp:///${file}`
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const enter = new Function('scope', code) as (scope: object) => ScriptFunction
  return enter(scope)
}
