import { HubProtocolError, recordSeparator } from './messages'

/** A UTF-16 unit is at most three bytes of UTF-8, so shorter texts need not be measured. */
const bytesPerUnit = 3

export type RecordReader = {
  /**
   * Takes one text frame and gives the messages that are complete now: a frame may hold many, and one may span frames.
   *
   * @throws {HubProtocolError} when a message, complete or not, is longer than the limit.
   */
  push(frame: string): string[]
}

/** @param maxBytes of one message in UTF-8; frames are not limited here (gateway reference 1.2, difference 4). */
export function createRecordReader(maxBytes: number): RecordReader {
  let rest = ''
  return {
    push(frame) {
      const records = (rest + frame).split(recordSeparator)
      rest = records.pop() ?? ''
      for (const record of [...records, rest]) {
        if (isLonger(record, maxBytes)) {
          throw new HubProtocolError(`A message is longer than ${maxBytes} bytes.`)
        }
      }
      return records
    },
  }
}

function isLonger(text: string, maxBytes: number): boolean {
  return text.length * bytesPerUnit > maxBytes && Buffer.byteLength(text) > maxBytes
}
