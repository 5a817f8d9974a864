import type * as Y from 'yjs'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { verifyFor } from '@cloudos/crypto/signature'
import { findAuditTipLine, handOverAuditTip, heldAuditTip } from '@cloudos/mesh/profile-doc/audit-tips'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock } from '@cloudos/protocol/ports'
import type { AuditLog } from './audit-log.ts'

export interface HandOverParts {
  readonly log: Pick<AuditLog, 'tip' | 'write' | 'onCheckpoint'>
  readonly identity: DeviceIdentity
  readonly clock: Clock
  /** The profile's own document, once there is one. */
  readonly ydoc: () => Y.Doc | undefined
}

const ENTRIES = 64
const EVERY_MS = 10 * 60_000

/**
 * Hands checkpoints of the audit chain to the other devices: every 64 entries, every ten minutes with news, and at the end. Each is a frame
 * that every device keeps, so not every one the chain has. What was handed over cannot be taken back by who can write on this disk.
 */
export class AuditHandOver {
  readonly #parts: HandOverParts
  #handedSeq = 0
  #handedAtMs = -Infinity
  #closing = false

  constructor(parts: HandOverParts) {
    this.#parts = parts
    parts.log.onCheckpoint((line, seq) => {
      this.#offer(line, seq)
    })
  }

  /** Whether the chain is as long as the others know it; when not, it says so itself from now on. Call it when the profile has opened. */
  async check(): Promise<boolean> {
    const { log, identity, ydoc } = this.#parts
    const about = ydoc()
    const held = heldAuditTip(about && findAuditTipLine(about, identity.deviceId), identity.deviceId)
    if (held === undefined || held.checkpoint.seq <= log.tip.seq) return true
    const isOurs = await verifyFor(identity.signer.publicKey, 'audit-checkpoint', held.payload, held.signature)
    if (!isOurs) return true
    const cut = { actor: 'agent', channel: 'inside', action: 'audit.check', decision: 'denied' } as const
    await log.write({ ...cut, reason: 'entries-missing' }).catch((cause: unknown) => {
      if (!(cause instanceof CloudError)) throw cause // a full disk is told elsewhere
    })
    return false
  }

  /** The checkpoint with which the chain ends goes too. */
  close(): void {
    this.#closing = true
  }

  #offer(line: string, seq: number): void {
    const { clock, identity, ydoc } = this.#parts
    const nowMs = clock.monotonicMs()
    if (!this.#closing && seq - this.#handedSeq < ENTRIES && nowMs - this.#handedAtMs < EVERY_MS) return
    const about = ydoc()
    if (about === undefined) return
    handOverAuditTip(about, identity.deviceId, line.trimEnd())
    this.#handedSeq = seq
    this.#handedAtMs = nowMs
  }
}
