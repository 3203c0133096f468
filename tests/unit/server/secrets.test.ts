import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOrCreateSecret } from '../../../server/secrets'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'secrets-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

describe('secrets in the data folder', () => {
  it('are random, stay the same and can be read by the owner only', () => {
    const first = readOrCreateSecret(dataDir, 'a.key')
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(readOrCreateSecret(dataDir, 'a.key')).toBe(first)
    expect(readOrCreateSecret(dataDir, 'b.key')).not.toBe(first)
    expect(statSync(join(dataDir, 'secrets/a.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700)
  })

  it('get their rights back when somebody has opened them', () => {
    const secret = readOrCreateSecret(dataDir, 'a.key')
    writeFileSync(join(dataDir, 'secrets/open.key'), secret, { mode: 0o644 })
    expect(readOrCreateSecret(dataDir, 'open.key')).toBe(secret)
    expect(statSync(join(dataDir, 'secrets/open.key')).mode & 0o777).toBe(0o600)
  })

  it('are not replaced when the file is damaged', () => {
    readOrCreateSecret(dataDir, 'a.key')
    writeFileSync(join(dataDir, 'secrets/a.key'), 'half')
    expect(() => readOrCreateSecret(dataDir, 'a.key')).toThrow('is damaged')
    expect(readFileSync(join(dataDir, 'secrets/a.key'), 'utf8')).toBe('half')
  })
})
