import { createMediumError } from './medium-error.ts'

type Work<T> = (cut: AbortSignal) => Promise<T>

/** The operations under way on one connection: each may be cut short by its caller, all of them by the end of the connection. */
export interface Operations {
  /** Rejects when the connection has ended or `signal` has aborted; otherwise the signal that either of them fires. */
  enter(signal?: AbortSignal): AbortSignal
  /** Cut short, it rejects with the reason. */
  read<T>(work: Work<T>, signal?: AbortSignal): Promise<T>
  /** Cut short, it resolves to `whenCut`: it may have been applied. */
  write<T>(work: Work<T>, whenCut: T, signal?: AbortSignal): Promise<T>
  /** Cuts what is under way, waits until it has let go, then releases. Every call resolves at that same moment. */
  end(): Promise<void>
}

export function createOperations(release: () => PromiseLike<void>): Operations {
  const ending = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  let ended: Promise<void> | undefined

  function enter(signal?: AbortSignal): AbortSignal {
    ending.signal.throwIfAborted()
    signal?.throwIfAborted()
    return signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal])
  }

  function start<T>(work: Work<T>, cut: AbortSignal): Promise<T> {
    const working = work(cut).finally(() => underWay.delete(working))
    underWay.add(working)
    return working
  }

  async function letGo(): Promise<void> {
    ending.abort(createMediumError('medium-closed', 'This connection to the medium has been closed.'))
    await Promise.allSettled(underWay)
    await release()
  }

  return {
    enter,
    async read(work, signal) {
      const cut = enter(signal)
      return firstOf(start(work, cut), cut, (other) => {
        other.reject(cut.reason)
      })
    },
    async write(work, whenCut, signal) {
      const cut = enter(signal)
      return firstOf(start(work, cut), cut, (other) => {
        other.resolve(whenCut)
      })
    },
    end: () => (ended ??= letGo()),
  }
}

async function firstOf<T>(
  working: Promise<T>,
  cut: AbortSignal,
  settle: (other: PromiseWithResolvers<T>) => void,
): Promise<T> {
  const other = Promise.withResolvers<T>()
  const onCut = () => {
    settle(other)
  }
  cut.addEventListener('abort', onCut)
  try {
    return await Promise.race([working, other.promise])
  } finally {
    cut.removeEventListener('abort', onCut)
  }
}
