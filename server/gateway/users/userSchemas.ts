import { Type } from '@fastify/type-provider-typebox'

export const userId = Type.String({
  minLength: 1,
  maxLength: 250,
  description: 'As in the business token; with the provider’s name in front where it has one',
})
const name = Type.String({ minLength: 1, maxLength: 128 })
const emailAddress = Type.String({
  maxLength: 254,
  pattern: '^[^\\s@]{1,64}@[^\\s@]{1,190}$',
  description: 'Counts as verified',
})
const isActive = Type.Boolean()
const avatarUrl = Type.String({
  maxLength: 2048,
  pattern: '^https?://[^\\s]+$',
  description: 'Address of the picture, which the chat server fetches',
})

export const userInput = Type.Object({
  userId,
  userName: Type.String({ minLength: 1, maxLength: 128 }),
  name: Type.Optional(name),
  emailAddress: Type.Optional(emailAddress),
  isActive: Type.Optional(isActive),
  avatarUrl: Type.Optional(avatarUrl),
})

export const userChanges = Type.Object({
  userId,
  name: Type.Optional(name),
  emailAddress: Type.Optional(emailAddress),
  isActive: Type.Optional(isActive),
  avatarUrl: Type.Optional(avatarUrl),
})

export const userAnswer = Type.Object({
  userId: Type.String(),
  chatUserId: Type.String({ description: 'Empty when no chat account has been made' }),
  username: Type.String(),
  isActive,
})

export const reconcileInput = Type.Object({
  users: Type.Optional(Type.Array(userInput, { maxItems: 20_000 })),
  deactivateOthers: Type.Optional(Type.Boolean()),
})

const count = Type.Integer()

export const reconcileReport = Type.Object({
  checked: count,
  unchanged: count,
  created: count,
  updated: count,
  deactivated: count,
  reactivated: count,
  deleted: count,
  failed: Type.Array(Type.Object({ userId: Type.String(), message: Type.String() })),
})
