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
    ...(config.demo ? demoLines() : []),
    'Stop with Ctrl+C  按 Ctrl+C 停止',
    '',
  ]
  return lines.join('\n')
}

function demoLines(): string[] {
  return [
    'Demo accounts (switch off with DEMO=0)  演示账号（DEMO=0 关闭）:',
    ...demoPeople.map(({ username, password, name }) =>
      `  ${username.padEnd(10)} ${password.padEnd(15)} ${name}`.trimEnd(),
    ),
  ]
}
