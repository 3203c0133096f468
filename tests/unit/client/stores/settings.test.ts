import { createClient } from './support/client'

describe('settings', () => {
  test('are kept, and outlive a sign-out', async () => {
    const client = createClient()
    await client.signIn('ann')
    client.settings.setLocale('zh-CN')
    client.settings.setTheme('dark')
    await client.session.signOut()
    const next = createClient({ storage: client.storage })
    next.settings.restore()
    expect([next.settings.locale, next.settings.theme, next.settings.themeClass]).toEqual([
      'zh-CN',
      'dark',
      'app-page theme-dark',
    ])
  })

  test.each([['text'], [null], [{ locale: 'fr', theme: 'pink' }], [{}]])(
    'a stored %j counts as not chosen',
    (saved) => {
      const client = createClient({ systemLanguage: 'zh-Hans-CN' })
      client.storage.values.set('settings', saved)
      client.settings.restore()
      expect([client.settings.locale, client.settings.theme]).toEqual(['zh-CN', 'auto'])
    },
  )

  test('a full storage does not keep anybody from their language', () => {
    const client = createClient()
    client.storage.isFull = true
    client.settings.setLocale('zh-CN')
    client.settings.setTheme('light')
    expect(client.settings.t('signin.submit')).toBe('登录')
  })
})
