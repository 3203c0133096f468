import { ImError } from '../imError'
import { identityUnavailable } from './claims'

const timeoutMs = 5000
const minuteSeconds = 60

export type WechatApiOptions = {
  appId: string
  secret: string
  /** `https://api.weixin.qq.com`, or a stand-in. */
  baseUrl: string
}

/**
 * Exchanges the one-time code of `wx.login` (gateway reference 6.3). The answer's `session_key` is dropped here.
 *
 * @returns the person at WeChat: the `unionid` where there is one, else the app and its `openid`.
 * @throws {ImError} when the code is refused or WeChat does not answer.
 */
export async function exchangeWechatCode(
  code: string,
  { appId, secret, baseUrl }: WechatApiOptions,
): Promise<string> {
  const query = new URLSearchParams({
    appid: appId,
    secret,
    js_code: code,
    grant_type: 'authorization_code',
  })
  const answer = await ask(`${baseUrl.replace(/\/+$/, '')}/sns/jscode2session?${query.toString()}`)
  const { errcode, openid, unionid } = answer
  if (typeof errcode === 'number' && errcode !== 0) throw refusalOf(errcode)
  if (typeof unionid === 'string' && unionid !== '') return `union:${unionid}`
  if (typeof openid === 'string' && openid !== '') return `${appId}:${openid}`
  throw identityUnavailable()
}

async function ask(url: string): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    // WeChat sends JSON as text/plain.
    const answer: unknown = JSON.parse(await response.text())
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
  } catch {
    throw identityUnavailable()
  }
}

function refusalOf(errcode: number): ImError {
  switch (errcode) {
    case 40029:
    case 40163:
      return new ImError('bad-request', 'The WeChat code is wrong or was used before; try again.')
    case 45011:
      return new ImError(
        'too-many-attempts',
        'Too many sign-ins with WeChat; try again in a minute.',
        minuteSeconds,
      )
    case 40226:
      return new ImError('not-allowed', 'WeChat has blocked this account.')
    case -1:
      return identityUnavailable()
    default:
      return new ImError('chat-refused', 'WeChat refused the sign-in of this mini-program.')
  }
}
