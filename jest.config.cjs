/**
 * Jest runs every test of the project, the browser ones included.
 * `unit` and `server` need nothing but Node; `h5`, `mp` and `app` need the builds in dist/build (scripts/test.mjs makes them)
 * and one browser, which tests/browser/globalSetup.cjs starts for all of them.
 */
const common = {
  rootDir: __dirname,
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/tests/transform.cjs' },
  // Packages that ship ES modules only; jest loads CommonJS.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|typebox|luch-request|@fastify/type-provider-typebox|@rocket\\.chat/message-parser|htmlparser2|domhandler|domutils|dom-serializer|domelementtype|entities)/)',
  ],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  testEnvironment: 'node',
}

const inBrowser = { ...common, globalSetup: '<rootDir>/tests/browser/globalSetup.cjs' }

module.exports = {
  // A test that takes long on a busy machine is slow, not wrong; one that hangs still ends.
  testTimeout: 30_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/tests/unit/client/**/*.test.ts'] },
    {
      ...common,
      displayName: 'server',
      testMatch: [
        '<rootDir>/tests/unit/server/**/*.test.ts',
        '<rootDir>/tests/contract/**/*.test.ts',
        '<rootDir>/tests/durability/**/*.test.ts',
        '<rootDir>/tests/hostile/**/*.test.ts',
        '<rootDir>/tests/balancer/**/*.test.ts',
        '<rootDir>/tests/faults/**/*.test.ts',
        '<rootDir>/tests/security/**/*.test.ts',
      ],
    },
    { ...inBrowser, displayName: 'h5', testMatch: ['<rootDir>/tests/h5/**/*.test.ts'] },
    { ...inBrowser, displayName: 'mp', testMatch: ['<rootDir>/tests/mp/**/*.test.ts'] },
    { ...inBrowser, displayName: 'app', testMatch: ['<rootDir>/tests/app/**/*.test.ts'] },
  ],
}
