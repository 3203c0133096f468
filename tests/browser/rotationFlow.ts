import type { Locator } from 'playwright-core'
import type { RestPerson } from '../e2e/rest'
import type { PhoneProgram } from './chatFlow'
import { eventually } from './eventually'
import { openRoom, patience, rows, shows } from './operate'
import { scroll } from './scrolling'

export type Size = { width: number; height: number }

const portrait: Size = { width: 390, height: 844 }
const landscape: Size = { width: 844, height: 390 }

/** A scroll-view is put where it belongs in whole pixels, and rows end between them. */
const tolerance = 2

export type RotationSetup = {
  program: () => PhoneProgram & {
    keyboard(height: number): Promise<void>
    takeComplaints(): Promise<string[]>
  }
  bob: () => RestPerson
  /** The element that scrolls. */
  list: () => Locator
  /** Turns the phone: the window gets this size, and the program is told. */
  turn: (size: Size) => Promise<void>
}

/** What happens to somebody who reads while the phone is turned, or its keyboard opens. */
export function describeRotation({ program, bob, list, turn }: RotationSetup): void {
  beforeAll(async () => openRoom(program(), await bob().roomId('release-notes')))

  /** The first message whose beginning is visible, and how far it is below the list's top. */
  async function topmost(): Promise<{ id: string; offset: number }> {
    const top = (await list().boundingBox())?.y ?? NaN
    const found = (await rows(program())).find((row) => row.top >= top)
    if (!found) throw new Error('No message is visible')
    return { id: found.id, offset: found.top - top }
  }

  async function offsetOf(id: string): Promise<number> {
    const top = (await list().boundingBox())?.y ?? NaN
    const row = (await rows(program())).find((one) => one.id === id)
    return row ? row.top - top : NaN
  }

  it('the newest message stays in sight when the phone is turned and turned back', async () => {
    const newest = (await rows(program())).at(-1)?.id ?? ''
    for (const size of [landscape, portrait]) {
      await turn(size)
      await eventually(async () => {
        const box = await list().boundingBox()
        const row = (await rows(program())).find(({ id }) => id === newest)
        expect(box?.width).toBe(size.width)
        expect(row?.bottom).toBeLessThanOrEqual((box?.y ?? NaN) + (box?.height ?? NaN) + tolerance)
        expect(row?.bottom).toBeGreaterThan((box?.y ?? NaN) + (box?.height ?? NaN) - 60)
      }, patience)
    }
  })

  it('the row at the top stays there for whoever reads in the middle, turned and turned back', async () => {
    await scroll(list(), 500, 6)
    // A scroll-view is asked once a second where it is.
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    const before = await topmost()
    for (const size of [landscape, portrait]) {
      await turn(size)
      await eventually(async () => {
        expect((await list().boundingBox())?.width).toBe(size.width)
        expect(Math.abs((await offsetOf(before.id)) - before.offset)).toBeLessThan(tolerance)
      }, patience)
    }
  })

  it('the composer stands above the keyboard, and what was read is not moved by it', async () => {
    const before = await topmost()
    const bottom = async (): Promise<number> => {
      const box = await program().id('send').boundingBox()
      return (box?.y ?? NaN) + (box?.height ?? NaN)
    }
    const resting = await bottom()
    await focusComposer()
    await program().keyboard(300)
    await eventually(async () => expect(await bottom()).toBeLessThanOrEqual(portrait.height - 300))
    await program().keyboard(0)
    await eventually(async () => {
      expect(await bottom()).toBe(resting)
      expect(Math.abs((await offsetOf(before.id)) - before.offset)).toBeLessThan(tolerance)
    }, patience)
  })

  it('leads to the newest message afterwards as before', async () => {
    const text = `after turning ${Date.now()}`
    await bob().send(await bob().roomId('release-notes'), text)
    await program().tap('pill')
    await shows(program(), text)
    await program().id('pill').waitFor({ state: 'detached' })
    expect(await program().takeComplaints()).toEqual([])
  })

  /** Keyboards are told to the field that has the focus. */
  async function focusComposer(): Promise<void> {
    await program().id('composer').locator('textarea').focus()
  }
}
