import { Type, type TSchema } from '@fastify/type-provider-typebox'

/** The error part of ABP's envelope (gateway reference 6.2). `code` repeats the HTTP status. */
export type AbpError = {
  code: number
  message: string
  details: string | null
  validationErrors: { message: string; members: string[] }[] | null
}

export type AbpSuccess<T> = {
  result: T
  targetUrl: null
  success: true
  error: null
  unAuthorizedRequest: false
  __abp: true
}

export type AbpFailure = {
  result: null
  targetUrl: null
  success: false
  error: AbpError
  unAuthorizedRequest: boolean
  __abp: true
}

/** Response schema of a successful answer: fields that are not declared in `result` are not sent. */
export function abpResult<T extends TSchema>(result: T) {
  return Type.Object({
    result,
    targetUrl: Type.Null(),
    success: Type.Literal(true),
    error: Type.Null(),
    unAuthorizedRequest: Type.Literal(false),
    __abp: Type.Literal(true),
  })
}

export function abpSuccess<T>(result: T): AbpSuccess<T> {
  return {
    result,
    targetUrl: null,
    success: true,
    error: null,
    unAuthorizedRequest: false,
    __abp: true,
  }
}

/** @param invalidFields names of the request's fields that were refused, empty when none were. */
export function abpFailure(
  status: number,
  message: string,
  invalidFields: string[] = [],
): AbpFailure {
  const validationErrors = invalidFields.length === 0 ? null : [{ message, members: invalidFields }]
  return {
    result: null,
    targetUrl: null,
    success: false,
    error: { code: status, message, details: null, validationErrors },
    unAuthorizedRequest: status === 401,
    __abp: true,
  }
}
