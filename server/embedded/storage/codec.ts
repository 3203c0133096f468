import { parseEjson, stringifyEjson } from '../ejson'

export type DocRow = { doc: string }

/** The stored text of a document. Dates keep their type through EJSON. */
export const encodeDoc = (doc: object): string => stringifyEjson(doc)

export type Decoder<Doc> = {
  one: (row: DocRow | undefined) => Doc | undefined
  all: (rows: readonly DocRow[]) => Doc[]
}

/** Reads the documents of one table. Their text was written by `encodeDoc`, so their shape is known. */
export const createDecoder = <Doc>(): Decoder<Doc> => {
  const decode = (row: DocRow): Doc => parseEjson(row.doc) as Doc
  return {
    one: (row) => (row === undefined ? undefined : decode(row)),
    all: (rows) => rows.map(decode),
  }
}
