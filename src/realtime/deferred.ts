export type Deferred = {
  promise: Promise<void>
  resolve(): void
  reject(error: Error): void
  isSettled(): boolean
}

/** A promise with its handles. A rejection that nobody takes is not reported as unhandled. */
export function createDeferred(): Deferred {
  let isSettled = false
  let resolvePromise: () => void = () => undefined
  let rejectPromise: (error: Error) => void = () => undefined
  const promise = new Promise<void>((resolve, reject) => {
    resolvePromise = resolve
    rejectPromise = reject
  })
  promise.catch(() => undefined)
  return {
    promise,
    resolve() {
      isSettled = true
      resolvePromise()
    },
    reject(error) {
      isSettled = true
      rejectPromise(error)
    },
    isSettled: () => isSettled,
  }
}
