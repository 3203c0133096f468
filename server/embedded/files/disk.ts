import { createReadStream, mkdirSync, readdirSync, rmSync, type ReadStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the bytes of files lie. A file is named by its id; the name that people gave it never becomes a path. */
export type Disk = {
  /** Where a file that is not complete yet grows. */
  incoming(id: string): string
  /** Where a complete file lies. */
  pathOf(id: string): string
  /** Makes an incoming file a complete one. */
  keep(id: string): Promise<void>
  /** Reads a part of a file; `end` is the last byte that is read. */
  read(id: string, start: number, end: number): ReadStream
  /** Removes complete and incoming files; what is not there is no error, and what cannot go now goes at the next start. */
  remove(ids: readonly string[]): Promise<void>
  /** At the start of a server: removes incoming files that a dead process left, and complete ones that are not `known`. */
  tidy(known: ReadonlySet<string>): void
}

const idForm = /^[0-9A-Za-z]{1,64}$/

/** Opens the folders `files` and `files/incoming` in `dataDir`. */
export const openDisk = (dataDir: string): Disk => {
  const folder = join(dataDir, 'files')
  const arriving = join(folder, 'incoming')
  mkdirSync(arriving, { recursive: true })
  const inside = (parent: string, id: string): string => {
    if (!idForm.test(id)) throw new RangeError('not an id of a file')
    return join(parent, id)
  }
  const pathOf = (id: string): string => inside(folder, id)
  const incoming = (id: string): string => inside(arriving, id)
  return {
    incoming,
    pathOf,
    keep: (id) => rename(incoming(id), pathOf(id)),
    read: (id, start, end) => createReadStream(pathOf(id), { start, end }),
    remove: async (ids) => {
      const paths = ids.flatMap((id) => [pathOf(id), incoming(id)])
      await Promise.allSettled(paths.map((path) => rm(path, { force: true })))
    },
    tidy: (known) => {
      for (const name of readdirSync(arriving)) rmSync(join(arriving, name), { force: true })
      const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
      for (const { name } of files)
        if (!known.has(name)) rmSync(join(folder, name), { force: true })
    },
  }
}
