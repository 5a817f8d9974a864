import type { Clock } from '@cloudos/protocol/ports'

/** Aborts after `delayMs` of this clock, or as soon as one of `others` does. */
export function abortAfter(clock: Clock, delayMs: number, ...others: readonly AbortSignal[]): AbortSignal {
  const late = new AbortController()
  const either = AbortSignal.any([late.signal, ...others])
  void clock.sleep(delayMs, either).then(() => {
    late.abort(new DOMException('It took too long.', 'TimeoutError'))
  })
  return either
}
