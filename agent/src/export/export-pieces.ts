import { createHash } from 'node:crypto'
import type { Json } from '@cloudos/protocol/json-record'
import type { ExportedProfile } from '@cloudos/protocol/profile-commands'

const PIECE_BYTES = 64 * 1024

/**
 * JSON, a line each, handed out in pieces that fit a message. The last line counts those before it and tells their hash: a file that
 * was cut off says so itself.
 */
export async function sendPieces(
  lines: AsyncIterable<Json>,
  send: (piece: Uint8Array) => void,
  signal: AbortSignal,
): Promise<ExportedProfile> {
  const whole = createHash('sha256')
  let waiting = Buffer.alloc(0)
  let sizeBytes = 0
  let count = 0

  function add(line: Json): void {
    const text = Buffer.from(`${JSON.stringify(line)}\n`)
    whole.update(text)
    sizeBytes += text.length
    waiting = Buffer.concat([waiting, text])
    while (waiting.length >= PIECE_BYTES) flush()
  }

  function flush(): void {
    send(new Uint8Array(waiting.subarray(0, PIECE_BYTES)))
    waiting = waiting.subarray(PIECE_BYTES)
  }

  for await (const line of lines) {
    signal.throwIfAborted()
    add(line)
    count += 1
  }
  add({ kind: 'end', lines: count, sha256: whole.copy().digest('hex') })
  while (waiting.length > 0) flush()
  return { sizeBytes, sha256: whole.digest('hex') }
}
