import { exportAuditCommand, listAuditCommand, watchAuditCommand } from '@cloudos/protocol/audit-commands'
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
  const { seq, hash } = log.tip
  const { entries, gaps, hasMore } = await log.page(query)
  return { entries, tipSeq: seq, tipHash: hash, gaps: gaps.slice(-GAPS_TOLD), hasMore }
}
