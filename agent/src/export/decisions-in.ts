import type { AuditEntry } from '@cloudos/protocol/audit'
import { parseAuditLine } from '@cloudos/protocol/audit-line'

/** The decisions in an audit file, in its order; what is no line of one is for `audit verify` to tell. */
export async function* decisionsIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<AuditEntry> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      const line = parseAuditLine(text)
      if (line?.kind === 'entry') yield line.entry
    }
  }
}
