import { Type } from 'typebox'

/** The paging parameters; spread into a query schema. */
export const pagingFields = {
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  count: Type.Optional(Type.Integer({ minimum: 0 })),
}

export type Paging = { offset: number; count: number }

const defaultCount = 50
const upperLimit = 100

/** How many items are wanted; `count=0` means all, above 100 is clamped silently (protocol reference 3.3). */
export const pagingOf = (query: { offset?: number; count?: number }): Paging => {
  const asked = query.count ?? defaultCount
  const count = asked === 0 ? Number.MAX_SAFE_INTEGER : Math.min(asked, upperLimit)
  return { offset: query.offset ?? 0, count }
}

export type Page<Item> = { items: Item[]; count: number; offset: number; total: number }

/** One page of a list that is complete in memory. */
export const pageOf = <Item>(
  all: readonly Item[],
  query: { offset?: number; count?: number },
): Page<Item> => {
  const { offset, count } = pagingOf(query)
  const items = all.slice(offset, offset + count)
  return { items, count: items.length, offset, total: all.length }
}
