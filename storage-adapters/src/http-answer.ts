import type { MediumFault } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'

/** An answer that has arrived whole. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** At most as much as was asked for, and one byte more. */
  readonly body: Uint8Array<ArrayBuffer>
}

/** Reads at most `maxBytes` and one more, so that what is too long is seen to be, and lets go of the rest. */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  const reader = response.body?.getReader()
  while (reader !== undefined && sizeBytes <= maxBytes) {
    const { done, value } = await reader.read()
    if (done) break
    pieces.push(value)
    sizeBytes += value.length
  }
  // Nobody waits for the rest to be let go of.
  void reader?.cancel().catch(() => undefined)
  const bytes = new Uint8Array(Math.min(sizeBytes, maxBytes + 1))
  let filled = 0
  for (const piece of pieces) {
    bytes.set(piece.subarray(0, bytes.length - filled), filled)
    filled = Math.min(bytes.length, filled + piece.length)
  }
  return bytes
}

/** What a refusal means in the words of the port, for the person. */
export function faultOf(status: number): readonly [fault: MediumFault, sentence: string] {
  switch (status) {
    case 401:
      return ['medium-forbidden', 'The server does not accept the user name or the password. Add the copy again with the right ones.'] // prettier-ignore
    case 403:
      return ['medium-forbidden', 'The server does not allow this here. Its owner decides who may write.']
    case 404:
    case 410:
      return ['medium-gone', 'What was there is not there any more. Nothing was changed.']
    case 402:
    case 507:
      return ['medium-full', 'The server has no room left: make some, then try again. What is stored stays readable.']
    case 413:
      return ['medium-failed', 'The server takes no files of this size. Its owner can raise the limit.']
    case 423:
    case 429:
      return ['medium-unreachable', 'The server asks to be left alone for a while. It is tried again.']
    default:
      if (status >= 500)
        return ['medium-unreachable', `The server has a fault of its own (${String(status)}). It is tried again.`]
      if (status >= 300 && status < 400)
        return ['medium-failed', 'The server sends on to another address. Add the copy with that one.']
      return ['medium-failed', `The server refuses this (${String(status)}).`]
  }
}

export function refused({ status }: Pick<HttpAnswer, 'status'>): Error {
  const [fault, sentence] = faultOf(status)
  return createMediumError(fault, sentence)
}
