/** The part of the browser's `LockManager` that is needed; Node has the same. */
export type Locks = Pick<LockManager, 'request' | 'query'>

export interface Leadership extends AsyncDisposable {
  /** Settles when this tab leads no more or withdrew; rejects when leading could not begin, and the next tab's turn comes. */
  readonly ended: Promise<void>
}

/**
 * At most one tab of a browser profile leads. `lead` runs when this tab's turn comes; what it returns is disposed before the next
 * tab's turn, so that two writers never overlap. A tab that crashes loses its turn at once: the browser releases the lock.
 */
export function standForLeader(locks: Locks, name: string, lead: () => Promise<AsyncDisposable>): Leadership {
  const retired = Promise.withResolvers<void>()
  const withdraw = new AbortController()
  let leading = false
  const turn = locks
    .request(name, { signal: withdraw.signal }, async () => {
      leading = true
      await using _led = await lead()
      await retired.promise
    })
    .catch((cause: unknown) => {
      if (!withdraw.signal.aborted || leading) throw cause
    })
  return {
    ended: turn,
    [Symbol.asyncDispose]: async () => {
      if (!leading) withdraw.abort()
      retired.resolve()
      await turn
    },
  }
}

/** Holds `name` until the tab goes away or the result is disposed; `undefined` when somebody else holds it. */
export function holdLock(locks: Locks, name: string): Promise<Disposable | undefined> {
  const held = Promise.withResolvers<Disposable | undefined>()
  const released = Promise.withResolvers<void>()
  const request = locks.request(name, { ifAvailable: true }, async (lock) => {
    held.resolve(lock === null ? undefined : { [Symbol.dispose]: released.resolve })
    if (lock !== null) await released.promise
  })
  request.catch(held.reject)
  return held.promise
}
