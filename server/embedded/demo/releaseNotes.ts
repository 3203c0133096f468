import type { Line } from './conversations'
import type { Random } from './random'

const parts = [
  '登录',
  '会话列表',
  'message list',
  'search',
  '通知',
  'profile page',
  '离线缓存',
  'upload',
  'settings',
]
const fixes = [
  '修复了偶尔重复显示的问题',
  'no longer jumps while images load',
  '在弱网下重试次数更合理',
  'keeps what was typed after an error',
  '长标题现在会省略显示',
  'starts 20% faster on old phones',
  '支持深色模式',
  'shows the right time zone',
]
const longer = [
  '这次改动比较大：列表改成分段渲染，滚动时内存不再增长；同时旧的缓存会在第一次启动时自动迁移，不需要用户做任何事情。',
  'This one took a while. The connection used to be considered alive although the network was gone; now a missing answer within a few seconds is enough to reconnect, and everything missed meanwhile is fetched in one go.',
  '感谢测试同学的耐心 🙏 一共验证了 37 个场景，其中 3 个在真机上才能重现。',
]
const short = [
  '👍',
  '🎉',
  'ok',
  '收到',
  'done ✅',
  '好的',
  'thanks!',
  '+1',
  '🚀🚀',
  'LGTM',
  '稍后看',
]

const version = (index: number): string =>
  `${1 + Math.floor(index / 400)}.${Math.floor(index / 20) % 20}.${index % 20}`

const textAt = (index: number, random: Random): string => {
  const kind = random.below(10)
  const line = (): string => `${random.pick(parts)}: ${random.pick(fixes)}`
  if (kind < 3) return random.pick(short)
  if (kind < 6) return line()
  if (kind < 8) return `v${version(index)}\n- ${line()}\n- ${line()}\n- ${line()}`
  if (kind === 8) return random.pick(longer)
  return `v${version(index)} https://example.com/releases/${index}`
}

/** Generated release talk of varied length: single emoji, lines, lists and paragraphs in both languages. */
export const releaseLines = (
  count: number,
  usernames: readonly string[],
  random: Random,
): readonly Line[] =>
  Array.from({ length: count }, (_, index): Line => [random.pick(usernames), textAt(index, random)])

const chatter = [
  '早上好 ☀️',
  'Good morning!',
  '今天的构建通过了。',
  'The staging server is up again.',
  '谁有 {n} 号会议室的钥匙？',
  'I pushed {n} small fixes, please pull.',
  '日报已发,{n} 条待办。',
  'Ticket #{n} can be closed.',
  '下班了，明天见 👋',
  'See you tomorrow!',
  '{n}% 完成，今天能收尾。',
  'Coffee machine works again ☕',
  '周报还差 {n} 个人没交。',
  'Can somebody look at ticket #{n}?',
  '我来看 #{n}。',
  '稍等，五分钟后回复。',
  'On it.',
  '辛苦大家了！',
]

/** Everyday lines that fill the days before the written conversations. */
export const chatterLines = (
  count: number,
  usernames: readonly string[],
  random: Random,
): readonly Line[] =>
  Array.from({ length: count }, (): Line => [
    random.pick(usernames),
    random.pick(chatter).replace('{n}', String(2 + random.below(97))),
  ])
