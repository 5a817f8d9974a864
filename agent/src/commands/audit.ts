import type { AuditEntry } from '@cloudos/protocol/audit'
import { exportAuditCommand, fitsAudit, listAuditCommand, watchAuditCommand } from '@cloudos/protocol/audit-commands'
import type { AuditPage, AuditQuery } from '@cloudos/protocol/audit-commands'
import type { AuditLog } from '../audit/audit-log.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'
import { untilAborted } from './until-aborted.ts'

const GAPS_TOLD = 64

/** What this agent decided, for whoever may look. */
export function auditCommands(log: AuditLog): readonly Registered[] {
  return [
    register({ shape: listAuditCommand, run: (query) => pageOf(log, query) }),
    register({
      shape: watchAuditCommand,
      run: async (_input, { tell, signal }) => {
        const stop = log.watch(tell)
        await untilAborted(signal)
        stop()
        return {}
      },
    }),
    register({
      shape: exportAuditCommand,
      run: async (_input, { tell, signal }) => {
        let sizeBytes = 0
        for await (const bytes of log.pieces()) {
          if (signal.aborted) break
          tell({ bytes })
          sizeBytes += bytes.length
        }
        return { sizeBytes }
      },
    }),
  ]
}

async function pageOf(log: AuditLog, query: AuditQuery): Promise<AuditPage> {
  const { limit = 50 } = query
  const fitting: AuditEntry[] = []
  const gaps: number[] = []
  let nextSeq = 1
  let left = 0
  for await (const entry of log.entries()) {
    if (entry.seq !== nextSeq && gaps.length < GAPS_TOLD) gaps.push(nextSeq)
    nextSeq = entry.seq + 1
    if (!fitsAudit(entry, query)) continue
    fitting.push(entry)
    if (fitting.length > limit) {
      fitting.shift()
      left += 1
    }
  }
  const { seq, hash } = log.tip
  return { entries: fitting.reverse(), tipSeq: seq, tipHash: hash, gaps, hasMore: left > 0 }
}
