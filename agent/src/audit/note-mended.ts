import { hashId } from '@cloudos/crypto/hash'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AuditLog } from './audit-log.ts'

/** What the agent has put right on a copy by itself: one entry that stands for each object. It cannot fail; a full disk shows elsewhere. */
export function noteMended(log: Pick<AuditLog, 'write'>, mediumId: string, objects: number): void {
  const note = {
    ...({ actor: 'agent', channel: 'inside', action: 'storage.mend', decision: 'allowed', reason: 'ok' } as const),
    target: hashId(utf8(mediumId)),
    ...(objects > 1 && { alike: objects - 1 }),
  }
  void log.write(note).catch((cause: unknown) => {
    if (!(cause instanceof CloudError)) throw cause
  })
}
