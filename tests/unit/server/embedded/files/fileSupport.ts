import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Json, RestAnswer, RestClient, TestServer } from '../support'

export const authOf = (person: RestClient): Record<string, string> => ({
  'x-auth-token': person.token,
  'x-user-id': person.userId,
})

export type SentFile = { name: string; type: string; data: Buffer | string; field?: string }

/** A request with files and fields, as a browser sends it. */
export const sendForm = async (
  test: TestServer,
  person: RestClient,
  path: string,
  files: readonly SentFile[],
  fields: Readonly<Record<string, string>> = {},
): Promise<RestAnswer> => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { name, type, data, field } of files) {
    form.append(field ?? 'file', new Blob([new Uint8Array(Buffer.from(data))], { type }), name)
  }
  const response = await fetch(`${test.server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: authOf(person),
    body: form,
  })
  const body = (await response.json()) as Json
  return { status: response.status, body, headers: response.headers }
}

export const upload = (
  test: TestServer,
  person: RestClient,
  rid: string,
  file: SentFile,
): Promise<RestAnswer> => sendForm(test, person, `rooms.media/${rid}`, [file])

/** Both steps; answers the message. */
export const share = async (
  test: TestServer,
  person: RestClient,
  rid: string,
  file: SentFile,
  more: Json = {},
): Promise<Json> => {
  const { body } = await upload(test, person, rid, file)
  const id = (body.file as { _id: string })._id
  const answer = await person.post(`rooms.mediaConfirm/${rid}/${id}`, more)
  return answer.body.message as Json
}

export const textFile = (data = 'hello', name = 'note.txt'): SentFile => ({
  name,
  type: 'text/plain',
  data,
})

/** A picture of noise, so that it does not pack to nothing. */
export const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })

export const download = (test: TestServer, path: string, headers: Record<string, string> = {}) =>
  fetch(`${test.server.url}${path}`, { headers })

/** The names of what lies on disk, complete and incoming. */
export const onDisk = (test: TestServer): string[] => {
  const folder = join(test.dir, 'files')
  const complete = readdirSync(folder).filter((name) => name !== 'incoming')
  return [...complete, ...readdirSync(join(folder, 'incoming'))]
}

/** Waits for something that the server does by itself soon. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
