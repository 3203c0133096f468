import { issueToken } from '../../../../server/embedded/auth/sessions'
import { createConnection } from '../../../../server/embedded/ddp/connection'
import type { UserDoc } from '../../../../server/embedded/documents'
import type { Json, TestApp } from './support'

/** A connection on a fake socket; connected unless told otherwise. */
export const openConnection = ({ app }: TestApp, connect = true) => {
  const frames: Json[] = []
  const state = { closed: false }
  const connection = createConnection(app, {
    send: (text) => void frames.push(JSON.parse(text) as Json),
    close: () => {
      state.closed = true
    },
  })
  const receive = (frame: unknown): void =>
    connection.receive(typeof frame === 'string' ? frame : JSON.stringify(frame))
  if (connect) receive({ msg: 'connect', version: '1', support: ['1', 'pre2'] })
  /** Lets the queue of methods run; they answer in later microtasks. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const last = () => frames.at(-1)
  return { connection, frames, state, receive, settle, last }
}

/** A connection that is signed in as a user. Its first five frames belong to that. */
export const signedInConnection = async (test: TestApp, user: UserDoc) => {
  const opened = openConnection(test)
  const { token } = issueToken(test.app, user)
  opened.receive({ msg: 'method', id: 'login', method: 'login', params: [{ resume: token }] })
  await opened.settle()
  return { ...opened, token }
}
