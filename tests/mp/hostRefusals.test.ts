import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { disconnectBrowser } from '../browser/browser'
import { buildFixture } from '../browser/buildFixture'
import { eventually } from '../browser/eventually'
import type { MiniProgram } from './host/handle'
import { launchMiniProgram } from './host/launch'

let build: string
let broken: string

beforeAll(async () => {
  build = await buildFixture('mp-weixin')
}, 60_000)

beforeEach(() => {
  broken = mkdtempSync(join(tmpdir(), 'broken-mini-program-'))
  cpSync(build, broken, { recursive: true })
})

afterEach(() => rmSync(broken, { recursive: true, force: true }))
afterAll(disconnectBrowser)

/** Changes one file of the copied build, as a bad compiler would. */
function change(file: string, edit: (source: string) => string): void {
  const path = join(broken, file)
  const before = readFileSync(path, 'utf8')
  const after = edit(before)
  if (before === after) throw new Error(`Nothing to change in ${file}`)
  writeFileSync(path, after)
}

async function complaintsOf(program: MiniProgram): Promise<string> {
  const complaints = await program.takeComplaints()
  await program.end()
  return complaints.join('\n')
}

describe('a broken mini-program build', () => {
  it('is refused with the file when a template is not valid WXML', async () => {
    change('pages/index/index.wxml', (source) => source.replace(/<\/view>\s*$/, ''))
    await expect(launchMiniProgram(broken)).rejects.toThrow('pages/index/index.wxml')
  })

  it('is refused when a script is missing', async () => {
    rmSync(join(broken, 'components/toggle-row.js'))
    await expect(launchMiniProgram(broken)).rejects.toThrow('no script components/toggle-row.js')
  })

  it('is refused when a page uses the browser', async () => {
    change('life.js', (source) => `document.title = 'x';${source}`)
    await expect(launchMiniProgram(broken)).rejects.toThrow("setting 'title'")
  })

  it('hears no tap when the template lost its listener', async () => {
    change('pages/index/index.wxml', (source) => source.replaceAll('bindtap', 'data-lost'))
    const program = await launchMiniProgram(broken)
    await program.tap('count')
    await program.tap('switch')
    await eventually(async () => expect(await program.text('checked')).toBe('true'))
    expect(await program.text('count')).toBe('0')
    await complaintsOf(program)
  })
})
