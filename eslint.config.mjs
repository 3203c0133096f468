// The import rules of the design (section 2, "who may import whom") and the house rules, as lint.
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import boundaries from 'eslint-plugin-boundaries'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/** Layer -> [layers it may use, layers of which it may import types only]. */
const layers = {
  platform: { uses: [], types: [] },
  realtime: { uses: [], types: ['platform'] },
  api: { uses: [], types: ['platform', 'rocketchat'] },
  rocketchat: { uses: ['api'], types: ['realtime', 'platform'] },
  timeline: { uses: [], types: ['rocketchat'] },
  locales: { uses: [], types: [] },
  stores: {
    uses: ['platform', 'realtime', 'api', 'rocketchat', 'timeline', 'locales'],
    types: [],
  },
  components: { uses: ['platform', 'stores', 'locales'], types: ['rocketchat', 'timeline'] },
  pages: {
    uses: ['platform', 'stores', 'components', 'locales'],
    types: ['rocketchat', 'timeline'],
  },
}

const elementsOf = (types) => ({ element: { types: { anyOf: types } } })

const layerPolicies = Object.entries(layers).flatMap(([layer, { uses, types }]) => [
  { from: { element: { type: layer } }, allow: { to: elementsOf([layer, ...uses]) } },
  ...(types.length > 0
    ? [
        {
          from: { element: { type: layer } },
          allow: { to: elementsOf(types), dependency: { kind: 'type' } },
        },
      ]
    : []),
])

const platformGlobals = [
  'uni',
  'wx',
  'plus',
  'window',
  'document',
  'navigator',
  'localStorage',
  'location',
  'getCurrentPages',
]

export default ts.config(
  {
    ignores: [
      'dist/',
      'server/dist/',
      'node_modules/',
      '.data/',
      'coverage/',
      'unpackage/',
      'tests/mp/fixture/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,vue}'],
    extends: [ts.configs.strictTypeChecked, vue.configs['flat/recommended']],
    languageOptions: {
      parser: vueParser,
      parserOptions: {
        parser: ts.parser,
        projectService: true,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
      // Objects here are made by factories: their methods close over state and never use `this`.
      '@typescript-eslint/unbound-method': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/component-name-in-template-casing': 'off',
      // `.stop` on a tag that exists on one platform only needs an empty handler.
      'vue/valid-v-on': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': Object.keys(layers).map((type) => ({
        type,
        pattern: `src/${type}`,
      })),
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [{ allow: { to: { module: { origin: 'external' } } } }, ...layerPolicies],
        },
      ],
      'no-restricted-globals': ['error', ...platformGlobals],
      'no-warning-comments': ['error', { terms: ['#ifdef', '#ifndef'], location: 'anywhere' }],
    },
  },
  {
    files: ['src/platform/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['tests/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        __filename: 'readonly',
        globalThis: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  prettier,
)
