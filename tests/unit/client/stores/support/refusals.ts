import { ApiError } from '../../../../../src/api/apiError'

export const networkError = (): ApiError =>
  new ApiError({ status: 0, code: 'network', message: 'no answer', isNetwork: true })

export const refusal = (status: number, code: string): ApiError =>
  new ApiError({ status, code, message: `refused: ${code}` })
