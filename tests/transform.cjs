// Jest transformer: TypeScript and ES modules to CommonJS with the esbuild that uni-app's Vite already brings.
// It does not hoist jest.mock: everything that a test replaces is passed in as an argument here.
const { createHash } = require('node:crypto')
const { transformSync, version } = require('esbuild')

const banner = "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;"

module.exports = {
  process(source, file) {
    return transformSync(source, {
      loader: file.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      sourcefile: file,
      banner,
      define: { 'import.meta.url': '__importMetaUrl', 'import.meta.env.VITE_SERVER_URL': '""' },
    })
  },
  getCacheKey(source, file, { configString }) {
    return createHash('sha256').update(`${version}3${source}${file}${configString}`).digest('hex')
  },
}
