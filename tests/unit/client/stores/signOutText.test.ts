import { createTranslate } from '../../../../src/locales/translate'
import { signOutText } from '../../../../src/stores/signOutText'

test('the question before signing out names what would be lost, in the singular and in the plural', () => {
  const inEnglish = (count: number): string => signOutText(count, createTranslate('en'))
  expect([0, 1, 2].map(inEnglish)).toEqual([
    'Sign out on this device?',
    'Sign out on this device? 1 message was not sent and will be lost.',
    'Sign out on this device? 2 messages were not sent and will be lost.',
  ])
  expect(signOutText(1, createTranslate('zh-CN'))).toBe(
    '在此设备上退出登录？有 1 条消息尚未发送，将会丢失。',
  )
})
