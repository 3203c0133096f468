import { parseEjson, stringifyEjson } from '../ejson'

export type DocRow = { doc: string }

/** The stored text of a document. Dates keep their type through EJSON. */
export const encodeDoc = (doc: object): string => stringifyEjson(doc)

/** A document from its stored text; the text was written by `encodeDoc`, so its shape is known. */
export const decodeDoc = <Doc>(row: DocRow): Doc => parseEjson(row.doc) as Doc

export const decodeOptional = <Doc>(row: DocRow | undefined): Doc | undefined =>
  row === undefined ? undefined : decodeDoc<Doc>(row)
