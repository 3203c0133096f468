import { agentKeys } from './chatConfig'
import { lanAddresses, type Config } from './config'
import { demoPeople } from './demo/people'
import type { RunningServers } from './startAll'

/** What is printed when everything is ready: where to open it, who can sign in, where data lies. */
export function readyText(config: Config, running: RunningServers): string {
  const isOpenToLan = config.host === '0.0.0.0' || config.host === '::'
  const lan = isOpenToLan
    ? lanAddresses().map((address) => `http://${address}:${running.port}/`)
    : []
  const chat = running.embeddedUrl ?? (config.chat.kind === 'real' ? config.chat.address : '')
  const lines = [
    '',
    `Ready. Open  就绪，请打开:  ${running.url}/`,
    ...lan.map((url) => `On a phone in the same network  同一网络中的手机:  ${url}`),
    `Chat server  聊天服务器:  ${chat}${running.embeddedUrl === undefined ? '' : ' (embedded 内置)'}`,
    `Data  数据目录:  ${config.dataDir}`,
    ...(hasDemoPeople(config) ? demoLines() : []),
    ...warnings(config),
    'Stop with Ctrl+C  按 Ctrl+C 停止',
    '',
  ]
  return lines.join('\n')
}

/** Whether the demo people can sign in: `IM_IDENTITY` may leave them out. */
function hasDemoPeople({ demo, identities }: Config): boolean {
  return demo && (identities?.some(({ type }) => type === 'demo') ?? true)
}

/** What will not work although everything has started. */
function warnings(config: Config): string[] {
  const lines: string[] = []
  if (config.identities === undefined && !config.demo) {
    lines.push(
      'Warning: nobody can sign in; set IM_IDENTITY (docs/gateway-guide.md), or DEMO=1 to try with the demo accounts.',
      '警告：没有人可以登录；请设置 IM_IDENTITY，或用 DEMO=1 试用演示账号。',
    )
  }
  if (config.chat.kind === 'real' && config.chat.agent === undefined) {
    lines.push(
      `Warning: there is no agent account, so people without a chat account of this gateway cannot sign in and users cannot be managed; set ${agentKeys}.`,
      '警告：没有配置代理账号，本网关尚未创建聊天账号的人无法登录，也无法管理用户。',
    )
  }
  return lines
}

function demoLines(): string[] {
  return [
    'Demo accounts (switch off with DEMO=0)  演示账号（DEMO=0 关闭）:',
    ...demoPeople.map(({ username, password, name }) =>
      `  ${username.padEnd(10)} ${password.padEnd(15)} ${name}`.trimEnd(),
    ),
  ]
}
