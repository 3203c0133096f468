/**
 * Repeats `check` until it does not throw, for states that a running program reaches in its own time.
 * @throws what the last attempt threw, after `timeout` milliseconds
 */
export async function eventually(check: () => Promise<void> | void, timeout = 4000): Promise<void> {
  const end = Date.now() + timeout
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
